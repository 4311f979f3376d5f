"""A picture's recipe: the model's name and the request, as text inside the PNG, so that a picture can be made again."""

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from styleaug.request import BadRequest, Request

KEY = "styleaug"
VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """What a picture was made from."""

    model: str
    """The model's name: one of `styleaug.model.MODELS`, or its folder's last name."""
    request: Request

    def to_text(self) -> str:
        """JSON: {"model": name, "request": {every field}, "version": 1}, ASCII, keys in a fixed order."""
        return json.dumps({"model": self.model, "request": self.request.to_dict(), "version": VERSION})

    @classmethod
    def from_text(cls, text: str) -> "Recipe":
        """The inverse of `to_text`; raises `BadRequest` for text that is no recipe, or holds a request that is none."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise BadRequest("recipe", "must be JSON", text) from None
        if not isinstance(content, dict) or content.get("version") != VERSION:
            raise BadRequest("recipe", f"must be a JSON object of version {VERSION}", text)
        model, request = content.get("model"), content.get("request")
        if not isinstance(model, str) or not isinstance(request, dict):
            raise BadRequest("recipe", "must hold a model's name and a request", text)
        return cls(model, Request.from_dict(request))

    def to_png_info(self) -> PngInfo:
        """The text chunk to save a PNG with."""
        info = PngInfo()
        info.add_text(KEY, self.to_text())
        return info


def read_recipe(path: str | Path) -> Recipe:
    """The recipe inside a PNG that `Picture.save` wrote.

    Raises:
        BadRequest: the file cannot be read, is no picture, or carries no recipe; or the recipe's request is wrong.
    """
    try:
        with Image.open(path) as image:
            text = image.info.get(KEY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow raises for broken files
        raise BadRequest("recipe", "must be a picture that can be read", str(path)) from None
    if not isinstance(text, str):
        raise BadRequest("recipe", "must be a PNG made by StyleAug, with its request inside", str(path))
    return Recipe.from_text(text)

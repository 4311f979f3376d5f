"""A picture's recipe, so that it can be made again: as text inside its PNG, or as the query of a link."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from styleaug.request import BadRequest, Request

KEY = "styleaug"
VERSION = 1

_READERS: Mapping[object, tuple[Callable[[str], object], str]] = {
    float: (float, "a number"),
    int: (int, "a whole number"),
    int | None: (lambda text: int(text) if text else None, "a whole number or nothing"),
    bool: ({"true": True, "false": False}.__getitem__, "true or false"),
}
"""By a field's type: how a link's text is read, and what it must be."""


@dataclass(frozen=True)
class Recipe:
    """What a picture was made from."""

    model: str
    """The model's name: one of `styleaug.model.MODELS`, or its folder's last name."""
    request: Request

    def to_dict(self) -> dict[str, Any]:
        """{"model": name, "request": {every field}, "version": 1}: values that JSON can hold, keys in a fixed order."""
        return {"model": self.model, "request": self.request.to_dict(), "version": VERSION}

    def to_text(self) -> str:
        """The same as JSON, ASCII."""
        return json.dumps(self.to_dict())

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


def to_query(fields: Mapping[str, Any]) -> str:
    """The query of a link: "prompt=a+dog&style=Monet+style&mode=weaken&theta=0.3&seed=7". `from_query` reads it back.

    Args:
        fields: those of a `Request`; their values are not checked, so `mode` may be "all". What is None, or equals
            its default, is left out.

    Raises:
        BadRequest: a name that no field has, or text that is not valid Unicode.
    """
    _check_names(fields)
    texts = {
        field.name: _query_text(fields[field.name])
        for field in dataclasses.fields(Request)
        if fields.get(field.name) is not None and fields[field.name] != field.default
    }
    for name, text in texts.items():
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise BadRequest(name, "must be valid Unicode text", text)
    return urlencode(texts)


def from_query(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The fields that a link gives, in their types; whether their values fit is for `Request` to say.

    Names that begin with "__" are gradio's own and passed over.

    Raises:
        BadRequest: a name that no field has, or a value that is not the number, or the true or false, it must be.
    """
    given = {name: text for name, text in parameters.items() if not name.startswith("__")}
    _check_names(given)
    return {name: _read(name, text) for name, text in given.items()}


def _check_names(fields: Mapping[str, Any]) -> None:
    known = [field.name for field in dataclasses.fields(Request)]
    for name, value in fields.items():
        if name not in known:
            raise BadRequest(name[:40], f"is not a field of a request, which are {', '.join(known)}", value)


def _query_text(value: object) -> str:
    """True is "true", 1.0 is "1", all else as it is written."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _read(name: str, text: str) -> object:
    """A field's value from its text in a link."""
    read, what = _READERS.get(Request.__annotations__[name], (str, "text"))
    try:
        return read(text)
    except (ValueError, KeyError):
        raise BadRequest(name, f"must be {what}", text) from None

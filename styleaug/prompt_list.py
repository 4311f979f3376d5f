"""The closed list of prompts of a page for a class: what is not on it is not painted.

The file has a prompt on each line, or a prompt and a style: `castle | Monet style`. Every prompt may be painted in
every style. A style may be several, parted by semicolons, to hang side by side. Empty lines, and those that begin
with #, say nothing.
"""

from dataclasses import dataclass
from pathlib import Path

from styleaug.request import BadRequest, Request

SEPARATOR = "|"
MOST_LINES = 1000


@dataclass(frozen=True)
class PromptList:
    """Prompts and styles to choose from, each in the order of its first line."""

    prompts: tuple[str, ...]
    styles: tuple[str, ...]
    """As they are offered: one style, or several parted by semicolons."""

    @property
    def second_choices(self) -> tuple[str, ...]:
        """What the box beside the prompt offers: the styles, then the prompts, for a walk from one to another."""
        return tuple(dict.fromkeys((*self.styles, *self.prompts)))

    def check(self, request: Request) -> None:
        """Raise `BadRequest`, with the field's name, for a text that is not on the list."""
        styles = {style.strip() for choice in self.second_choices for style in choice.split(";")}
        if request.prompt not in self.prompts:
            raise BadRequest("prompt", "must be one of this page's list", request.prompt)
        if request.style not in styles:
            raise BadRequest("style", "must be one of this page's list", request.style)
        if request.negative_prompt:
            raise BadRequest("negative_prompt", "must be left empty on this page", request.negative_prompt)


def read_prompt_list(path: str | Path) -> PromptList:
    """The list in a file.

    Raises:
        BadRequest: the file cannot be read, a line is wrong (the message says which, and why), or there is no prompt
            or no style in it at all.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError):
        raise BadRequest("prompts", "must be a text file in UTF-8 that can be read", str(path)) from None
    if len(lines) > MOST_LINES:
        raise BadRequest("prompts", f"must be a file of at most {MOST_LINES} lines, has {len(lines)}", str(path))
    pairs = [
        _pair(Path(path).name, number, line)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    prompts = tuple(dict.fromkeys(prompt for prompt, _ in pairs))
    styles = tuple(dict.fromkeys(style for _, style in pairs if style))
    for what, found in (("prompt", prompts), ("style", styles)):
        if not found:
            raise BadRequest("prompts", f"must hold at least one {what}: “castle {SEPARATOR} Monet style”", str(path))
    return PromptList(prompts, styles)


def _pair(file: str, number: int, line: str) -> tuple[str, str]:
    """The prompt and the style of a line; the style may be left out. Both are normalised as `Request` does it."""
    parts = line.split(SEPARATOR)
    if len(parts) > 2 or not all(part.strip() for part in parts):
        rule = f"must be “prompt” or “prompt {SEPARATOR} style”"
        raise BadRequest("prompts", f"line {number} of {file} {rule}", line)
    prompt, *style = parts
    styles = [part for part in style[0].split(";") if part.strip()] if style else []
    try:
        requests = [Request(prompt=prompt, style=each) for each in styles or ["any"]]
    except BadRequest as error:
        raise BadRequest("prompts", f"line {number} of {file}: {error.field} {error.rule}", error.value) from None
    return requests[0].prompt, "; ".join(request.style for request in requests) if styles else ""

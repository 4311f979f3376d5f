"""Pictures side by side with their labels, as one image: a strip of a sweep, a sheet of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

_GROUND = (255, 255, 255)
_LABEL = (120, 120, 120)
_CAPTION = (60, 60, 60)


def theta_label(theta: float) -> str:
    """ "θ = 0.25": up to three decimals, no trailing zeros."""
    return f"θ = {round(theta, 3) + 0.0:g}"


def sheet(
    rows: Sequence[Sequence[Image.Image]],
    *,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    caption: str = "",
) -> Image.Image:
    """A grid of pictures of one size on white, with small grey labels above and to the left, and a line below.

    Args:
        rows: at least one row; all rows have the same, positive, number of pictures.
        row_labels, column_labels: one for each row or column, or none at all.
        caption: wrapped to the width of the grid.

    Raises:
        ValueError: the rows, sizes or labels do not fit together.
    """
    _check(rows, row_labels, column_labels)
    width, height = rows[0][0].size
    measure = _Measure.of(width)
    font = ImageFont.load_default(measure.label)
    left = measure.margin + _widest(font, row_labels)
    top = measure.margin + (2 * measure.label if column_labels else 0)
    right = left + len(rows[0]) * (width + measure.gap) - measure.gap
    bottom = top + len(rows) * (height + measure.gap) - measure.gap
    lines = _wrapped(caption, font, right - left)
    canvas_height = bottom + measure.margin + (len(lines) * measure.line + measure.label // 2 if lines else 0)
    canvas = Image.new("RGB", (right + measure.margin, canvas_height), _GROUND)
    for row_index, row in enumerate(rows):
        for column_index, image in enumerate(row):
            place = (left + column_index * (width + measure.gap), top + row_index * (height + measure.gap))
            canvas.paste(image, place)
    for index, label in enumerate(column_labels):
        centre = left + index * (width + measure.gap) + width // 2
        _write(canvas, label, (centre - round(_length(font, label) / 2), top - 3 * measure.label // 2), font, _LABEL)
    for index, label in enumerate(row_labels):
        middle = top + index * (height + measure.gap) + (height - measure.label) // 2
        _write(canvas, label, (measure.margin, middle), font, _LABEL)
    for index, line in enumerate(lines):
        _write(canvas, line, (left, bottom + measure.label + index * measure.line), font, _CAPTION)
    return canvas


@dataclass(frozen=True)
class _Measure:
    """Distances in pixels, in proportion to a picture's width."""

    label: int
    line: int
    gap: int
    margin: int

    @classmethod
    def of(cls, picture_width: int) -> "_Measure":
        label = max(11, picture_width // 16)
        return cls(label=label, line=label * 7 // 5, gap=max(2, picture_width // 64), margin=label)


def _check(rows: Sequence[Sequence[Image.Image]], row_labels: Sequence[str], column_labels: Sequence[str]) -> None:
    if not rows or not rows[0]:
        raise ValueError("a sheet needs at least one picture")
    if any(len(a) != len(b) for a, b in pairwise(rows)):
        raise ValueError(f"the rows of a sheet must be equally long, got {[len(row) for row in rows]}")
    sizes = sorted({image.size for row in rows for image in row})
    if len(sizes) > 1:
        raise ValueError(f"the pictures of a sheet must have one size, got {sizes}")
    for name, labels, count in (("row", row_labels, len(rows)), ("column", column_labels, len(rows[0]))):
        if labels and len(labels) != count:
            raise ValueError(f"a sheet of {count} {name}s needs {count} {name} labels or none, got {len(labels)}")


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _length(font: Font, text: str) -> float:
    return font.getlength(text.replace("θ", "0"))


def _widest(font: Font, labels: Sequence[str]) -> int:
    """The room that the row labels take, with a space after them."""
    return max((round(_length(font, f"{label}   ")) for label in labels), default=0)


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and _length(font, f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def _write(canvas: Image.Image, text: str, place: tuple[int, int], font: Font, colour: tuple[int, int, int]) -> None:
    """Write a line of text. Pillow's own font has no θ: it is drawn as a 0 with a bar."""
    draw = ImageDraw.Draw(canvas)
    draw.text(place, text.replace("θ", "0"), fill=colour, font=font)
    for index, sign in enumerate(text):
        if sign == "θ":
            x = place[0] + _length(font, text[:index])
            box = draw.textbbox((x, place[1]), "0", font=font)
            middle = (box[1] + box[3]) / 2
            draw.line((box[0] + 1, middle, box[2] - 2, middle), fill=colour, width=max(1, int(box[3] - box[1]) // 12))

"""Pictures side by side with their labels, as one image: a strip of a sweep, a sheet of a comparison."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

_GROUND = (255, 255, 255)
_LABEL = (120, 120, 120)
_CAPTION = (60, 60, 60)

FONT_SIGNS = frozenset("".join(map(chr, range(32, 127))) + "©«°±´·»‘’“”…‹›⁄™ﬁﬂ")
"""All that Pillow's own font can draw."""
_PLAIN_SIGNS = {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "→": "->"} | dict(
    zip("øØłŁđĐı‐‑–—−×", "oOlLdDi-----x", strict=True)
)
"""What is written for signs without a decomposition of their own."""
_COLUMN_LINES = 3


def theta_label(theta: float) -> str:
    """ "θ = 0.25": up to three decimals, no trailing zeros."""
    return f"θ = {round(theta, 3) + 0.0:g}"


def readable(text: str) -> str:
    """The text in signs that can be drawn here.

    Pillow's own font has ASCII and a few quotation marks; for anything else it draws a box, and no font file comes with
    this project. So an accent goes ("é" becomes "e"), a sign is named ("[cat face]"), and of letters of another script
    the script is named ("[arabic]"), once a word. The recipe inside a picture holds the words as they were typed.
    """
    shown: list[str] = []
    for sign in "".join(map(_plain, text)):
        part = _shown(sign)
        is_script = sign.isalpha() and len(part) > 1
        if part and not (is_script and shown[-1:] == [part]):
            shown.append(part)
    return "".join(shown)


def _plain(sign: str) -> str:
    """Letter and accent apart, unless the sign can be drawn as it is."""
    return sign if sign in FONT_SIGNS else _PLAIN_SIGNS.get(sign, unicodedata.normalize("NFKD", sign))


def _shown(sign: str) -> str:
    """What stands for one sign."""
    category = unicodedata.category(sign)
    if sign in FONT_SIGNS or sign == "θ":
        return sign
    if category[0] == "M" or category in ("Cc", "Cf", "Sk"):  # accents, joiners, directions, skin tones
        return ""
    name = unicodedata.name(sign, f"U+{ord(sign):04X}").lower()
    return f"[{name.split()[0]}]" if sign.isalpha() else f"[{name}]"


def sheet(
    rows: Sequence[Sequence[Image.Image]],
    *,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    caption: str = "",
) -> Image.Image:
    """A grid of pictures of one size on white, with small grey labels above and to the left, and a caption below.

    Args:
        rows: at least one row; all rows have the same, positive, number of pictures.
        row_labels, column_labels: one for each row or column, or none at all. They are wrapped to a picture's
            width, and end in "…" after a picture's height or, above a column, after three lines.
        caption: wrapped to the width of the grid.

    All are drawn as `readable` has them.

    Raises:
        ValueError: the rows, sizes or labels do not fit together.
    """
    _check(rows, row_labels, column_labels)
    width, height = rows[0][0].size
    measure = _Measure.of(width)
    font = ImageFont.load_default(measure.label)
    row_lines = [_label_lines(label, font, width, height // measure.line) for label in row_labels]
    column_lines = [_label_lines(label, font, width, _COLUMN_LINES) for label in column_labels]
    left = measure.margin + _widest(font, [line for lines in row_lines for line in lines])
    top = measure.margin + measure.above(max(map(len, column_lines), default=0))
    right = left + len(rows[0]) * (width + measure.gap) - measure.gap
    bottom = top + len(rows) * (height + measure.gap) - measure.gap
    caption_lines = _wrapped(readable(caption), font, right - left)
    canvas_size = (right + measure.margin, bottom + measure.margin + measure.below(len(caption_lines)))
    canvas = Image.new("RGB", canvas_size, _GROUND)
    for row_index, row in enumerate(rows):
        for column_index, image in enumerate(row):
            place = (left + column_index * (width + measure.gap), top + row_index * (height + measure.gap))
            canvas.paste(image, place)
    for column_index, lines in enumerate(column_lines):
        centre = left + column_index * (width + measure.gap) + width // 2
        for index, line in enumerate(reversed(lines)):
            y = top - 3 * measure.label // 2 - index * measure.line
            _write(canvas, line, (centre - round(_length(font, line) / 2), y), font, _LABEL)
    for row_index, lines in enumerate(row_lines):
        middle = top + row_index * (height + measure.gap) + (height - measure.label) // 2
        for index, line in enumerate(lines):
            y = middle + (2 * index - len(lines) + 1) * measure.line // 2
            _write(canvas, line, (measure.margin, y), font, _LABEL)
    for index, line in enumerate(caption_lines):
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

    def above(self, lines: int) -> int:
        """The room that so many lines take above the columns."""
        return 2 * self.label + (lines - 1) * self.line if lines else 0

    def below(self, lines: int) -> int:
        """The room that a caption of so many lines takes."""
        return lines * self.line + self.label // 2 if lines else 0


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


def _label_lines(label: str, font: Font, width: int, most: int) -> list[str]:
    """A label's lines, no more than there is room for, and at least one."""
    lines = _wrapped(readable(label), font, width)
    most = max(1, most)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    """Lines of whole words; a word wider than a line is parted."""
    lines: list[str] = []
    for word in text.split():
        if lines and _length(font, f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
            continue
        lines.append("")
        for sign in word:
            if lines[-1] and _length(font, lines[-1] + sign) > width:
                lines.append("")
            lines[-1] += sign
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

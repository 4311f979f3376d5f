"""Pictures to take away: side by side, as a labelled strip, as an animation; and the name of their file.

It knows panels and pictures; it knows nothing of pages, and renders nothing.
"""

import re
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from PIL import Image

from styleaug.engine import Picture, written_aside
from styleaug.panels import Panel, columns_for
from styleaug.request import Mode
from styleaug.sheet import sheet, theta_label

Animation = Literal["webp", "gif", "mp4"]
ANIMATIONS: tuple[Animation, ...] = get_args(Animation)

NAME_LENGTH = 80
_NAME_BYTES = 160  # a file system takes 255, for the suffix and what is written aside as well
_EMPTY_NAME = "picture"
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
_ZERO_WIDTH_JOINER = "\u200d"  # makes one emoji of several

_WEBP_QUALITY = 90
_MP4_ROUNDS = 3  # a video ends, so it goes there and back a few times
_MP4_QUALITY = 18  # x264's constant rate factor: hardly to be told from the frames


class MissingProgram(RuntimeError):
    """What a file is written with is not installed; the message says what to install."""


def file_name(title: str, suffix: str) -> str:
    """A file's name from what somebody typed, fit for any system: letters and digits of any script and emoji are kept.

    Each run of other signs, but for comma, apostrophe, dot and underscore, becomes one "-". At most 80 characters stand
    before the suffix (fewer where they take more than 160 bytes), and the name is never empty, hidden, or that of a
    Windows device.

    Args:
        suffix: with its dot, put behind as it is: ".png".
    """
    kept = "".join(sign if _fits_in_name(sign) else "-" for sign in unicodedata.normalize("NFC", title))
    name = _trimmed(re.sub("-+", "-", kept))
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in name):
        name = _EMPTY_NAME
    if _DEVICE.match(name):
        name = f"{_EMPTY_NAME}-{name}"
    return _trimmed(name[:NAME_LENGTH].encode()[:_NAME_BYTES].decode(errors="ignore")) + suffix


def _fits_in_name(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LMN" or category == "So" or "🏻" <= sign <= "🏿" or sign in f",'._{_ZERO_WIDTH_JOINER}"


def _trimmed(name: str) -> str:
    """Without what must not stand at an end: a dot (hidden, or lost on Windows), a dash, half a joined emoji."""
    return name.strip(f".-{_ZERO_WIDTH_JOINER}")


def side_by_side(panels: Sequence[Panel], pictures: Sequence[Picture]) -> Image.Image:
    """One picture of each panel as they hang, their names above and what they share below; a panel alone has no labels.

    The size does not depend on θ, so that these can be the frames of an animation. Raises ValueError as `strip` does.
    """
    if len(panels) == len(pictures) == 1:
        return pictures[0].image
    named = [(panel.name, picture.image) for panel, picture in zip(panels, pictures, strict=True)]
    columns = columns_for(len(named))
    named += [("", Image.new("RGB", pictures[0].image.size, "white"))] * (-len(named) % columns)
    rows = [named[start : start + columns] for start in range(0, len(named), columns)]
    return _stacked(
        [
            sheet(
                [[image for _, image in row]],
                column_labels=[name for name, _ in row],
                caption=caption(panels) if row is rows[-1] else "",
            )
            for row in rows
        ]
    )


def _stacked(images: Sequence[Image.Image]) -> Image.Image:
    """Images of one width, one under the other."""
    stack = Image.new("RGB", (images[0].width, sum(image.height for image in images)))
    top = 0
    for image in images:
        stack.paste(image, (0, top))
        top += image.height
    return stack


def strip(panels: Sequence[Panel], pictures: Sequence[Sequence[Picture]]) -> Image.Image:
    """Pictures with their labels as one: a row for each panel, a column for each θ, prompt, style, mode and seed below.

    Args:
        pictures: those of each panel, in any order of θ. Where a panel has none for another's θ, its place stays white.

    Raises:
        ValueError: no pictures at all, some of another size, or not as many rows as panels.
    """
    thetas = {theta_label(picture.request.theta): picture.request.theta for row in pictures for picture in row}
    if not thetas or len(pictures) != len(panels):
        raise ValueError(f"a strip needs pictures of each of its {len(panels)} panels, got {len(pictures)} rows")
    labels = sorted(thetas, key=thetas.__getitem__)
    images = [{theta_label(picture.request.theta): picture.image for picture in row} for row in pictures]
    blank = Image.new("RGB", next(image.size for row in images for image in row.values()), "white")
    rows = [[row.get(label, blank) for label in labels] for row in images]
    names = [panel.name for panel in panels]
    return sheet(rows, row_labels=names if any(names) else (), column_labels=labels, caption=caption(panels))


def caption(panels: Sequence[Panel]) -> str:
    """What all panels share; in what they differ, their names say."""

    def shared(field: str) -> str | None:
        values = {str(getattr(panel.request, field)) for panel in panels}
        return values.pop() if len(values) == 1 else None

    prompt, style, mode, seed = map(shared, ("prompt", "style", "mode", "seed"))
    joint = "to" if mode == Mode.INTERPOLATE else "+"
    parts = (prompt if style is None else f"{prompt} {joint} {style}", mode, seed if seed is None else f"seed {seed}")
    return ", ".join(part for part in parts if part is not None)


def write_animation(
    frames: Sequence[Image.Image], path: Path, kind: Animation, *, seconds_per_frame: float = 0.12
) -> None:
    """Write frames there and back again: WebP and GIF for ever, MP4 three times.

    The file is written aside and then renamed, so nobody ever sees half of it.

    Args:
        frames: of one size. An odd width or height grows by a pixel in MP4, which knows even ones only.
        seconds_per_frame: a GIF counts in hundredths of a second, a WebP in thousandths.

    Raises:
        ValueError: no frames, frames of different sizes, no such kind, or a time that is not positive.
        MissingProgram: MP4 without imageio-ffmpeg, which brings the ffmpeg that writes it.
        OSError: the file cannot be written.
    """
    sizes = sorted({frame.size for frame in frames})
    if len(sizes) != 1:
        raise ValueError(f"an animation needs frames of one size, got {sizes}")
    if kind not in ANIMATIONS:
        raise ValueError(f"an animation must be one of {', '.join(ANIMATIONS)}, got {kind!r}")
    if not 0.01 <= seconds_per_frame <= 60:
        raise ValueError(f"seconds_per_frame must be between 0.01 and 60, got {seconds_per_frame}")
    images = [frame.convert("RGB") for frame in frames]
    with written_aside(path) as aside:
        match kind:
            case "webp":
                _write_webp(images, aside, seconds_per_frame)
            case "gif":
                _write_gif(images, aside, seconds_per_frame)
            case "mp4":
                _write_mp4(images, aside, seconds_per_frame)


def _there_and_back(images: Sequence[Image.Image]) -> list[Image.Image]:
    """One round; neither end stands twice when it is repeated."""
    return [*images, *images[-2:0:-1]]


def _write_webp(images: Sequence[Image.Image], path: Path, seconds_per_frame: float) -> None:
    first, *others = _there_and_back(images)
    milliseconds = round(1000 * seconds_per_frame)
    options = {"quality": _WEBP_QUALITY, "method": 0}  # the quickest; others are a tenth to a third smaller
    first.save(path, "WEBP", save_all=True, append_images=others, duration=milliseconds, loop=0, **options)


def _write_gif(images: Sequence[Image.Image], path: Path, seconds_per_frame: float) -> None:
    """One palette for all frames and no dithering: palettes of their own, or wandering dots, would make it flicker.

    Of Pillow's palettes the octree's flickers least and takes a tenth of the time (16 frames of 256², two thirds of the
    mean error of Floyd and Steinberg's dots, a third of their flicker, half the bytes).
    """
    width, height = images[0].size
    tower = Image.new("RGB", (width, height * len(images)))
    for index, image in enumerate(images):
        tower.paste(image, (0, index * height))
    palette = tower.quantize(method=Image.Quantize.FASTOCTREE)
    painted = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    first, *others = _there_and_back(painted)
    milliseconds = 10 * round(100 * seconds_per_frame)
    first.save(path, "GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)


def _write_mp4(images: Sequence[Image.Image], path: Path, seconds_per_frame: float) -> None:
    """H.264 as every player takes it: yuv420p of even size, colours marked as BT.709, the index in front.

    It ends on the frame it began with.
    """
    width, height = images[0].size
    one_round = _there_and_back(images)
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{1 / seconds_per_frame:.6f}"]
    even = "scale=ceil(iw/2)*2:ceil(ih/2)*2:out_color_matrix=bt709:out_range=tv"
    marked = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    again = f"loop=loop={_MP4_ROUNDS - 1}:size={len(one_round)}"
    filters = f"{even},format=yuv420p,{marked},{again}"
    coded = ["-c:v", "libx264", "-crf", str(_MP4_QUALITY), "-movflags", "+faststart", "-f", "mp4"]
    run = subprocess.run(
        [_ffmpeg(), "-v", "error", *given, "-i", "-", "-vf", filters, *coded, str(path)],
        input=b"".join(image.tobytes() for image in (*one_round, images[0])),
        capture_output=True,
        check=False,
    )
    if run.returncode:
        raise OSError(f"ffmpeg could not write the MP4: {run.stderr.decode(errors='replace').strip()}")


def _ffmpeg() -> str:
    """The program that imageio-ffmpeg brings; it is looked for only when it is needed."""
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        message = "MP4 needs ffmpeg, which the package imageio-ffmpeg brings: pip install imageio-ffmpeg"
        raise MissingProgram(message) from None

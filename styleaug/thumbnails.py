"""The thumbnails of the page's gallery: each lesson as it is first seen, made by the model that the page runs on."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from styleaug.engine import StyleEngine
from styleaug.lessons import FIGURE_LESSONS, LESSONS, Lesson
from styleaug.panels import columns_for

SIZE = 320  # pixels a side, twice what the page shows: for fine screens


def draw_thumbnail(engine: StyleEngine, lesson: Lesson) -> Image.Image:
    """The lesson's panels at its θ in a square, row by row."""
    hung = lesson.hang(**engine.model.settings)
    images = [engine.render(request).image for request in hung.at(lesson.theta)]
    columns = columns_for(len(images))
    side = SIZE // columns
    thumbnail = Image.new("RGB", (columns * side, columns * side), "white")
    for index, image in enumerate(images):
        place = (index % columns * side, index // columns * side)
        thumbnail.paste(image.resize((side, side), Image.Resampling.LANCZOS), place)
    return thumbnail


def write_thumbnails(engine: StyleEngine, folder: Path, wrote: Callable[[Path], None]) -> None:
    """All of them as WebP files in `folder`; `wrote` is told of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in (*LESSONS, *FIGURE_LESSONS):
        path = folder / f"{lesson.name}.webp"
        draw_thumbnail(engine, lesson).save(path, quality=82, method=6)
        wrote(path)

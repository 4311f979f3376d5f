"""The subjects by name, and the drawing of one.

Everything random comes from the generator that is passed in, so equal seeds give equal bytes. Nothing here knows of
styles, captions or models.
"""

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from styleaug.training.scenes.animals import bird, fish, horse
from styleaug.training.scenes.buildings import castle, city, house
from styleaug.training.scenes.canvas import Canvas, Scene
from styleaug.training.scenes.colours import Generator
from styleaug.training.scenes.figures import portrait, robot, snowman
from styleaug.training.scenes.landmarks import bridge, lighthouse, windmill
from styleaug.training.scenes.landscape import forest, lake, moon, mountain
from styleaug.training.scenes.monuments import pyramid, temple
from styleaug.training.scenes.moods import MOODS, both
from styleaug.training.scenes.pets import cat, dog
from styleaug.training.scenes.plants import flower, tree
from styleaug.training.scenes.things import fruit_still_life, teapot
from styleaug.training.scenes.vehicles import boat, car, rocket, train

SUBJECTS: Mapping[str, Callable[[Canvas, Generator], None]] = MappingProxyType(
    {
        "dog": dog,
        "cat": cat,
        "temple hidden in the jungle": temple,
        "pyramid": pyramid,
        "city architecture": city,
        "house": house,
        "castle": castle,
        "mountain": mountain,
        "boat": boat,
        "tree": tree,
        "flower": flower,
        "bird": bird,
        "lake": lake,
        "forest": forest,
        "fish": fish,
        "horse": horse,
        "car": car,
        "train": train,
        "bridge": bridge,
        "lighthouse": lighthouse,
        "windmill": windmill,
        "robot": robot,
        "portrait": portrait,
        "moon": moon,
        "still life with fruit": fruit_still_life,
        "rocket": rocket,
        "snowman": snowman,
        "teapot": teapot,
    }
)


def draw_scene(subject: str, moods: tuple[str, ...], generator: Generator, size: int = 256) -> Scene:
    """Draw `subject` (a key of SUBJECTS) in `moods` (keys of MOODS, the first one rules) as a (size, size) picture.

    Raises ValueError for a subject or mood that is not known and for a size below 16.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"subject must be one of {', '.join(SUBJECTS)}, got {subject!r}")
    for mood in moods:
        if mood not in MOODS:
            raise ValueError(f"moods must be of {', '.join(MOODS)}, got {mood!r}")
    if size < 16:
        raise ValueError(f"size must be at least 16, got {size}")
    canvas = Canvas(size, functools.reduce(both, (MOODS[mood] for mood in moods)) if moods else None)
    SUBJECTS[subject](canvas, generator)
    if canvas.mood is not None:
        canvas.mood.overlay(canvas, generator)
    return Scene(
        picture=np.asarray(canvas.colour.reduce(2), dtype=np.float32) / np.float32(255.0),
        regions=np.array(canvas.regions, dtype=np.int32),
        depth=np.array(canvas.depth, dtype=np.float32),
    )

"""Procedural picture-book scenes: a subject, moods and a random generator become one picture.

From below: `colours` and `outlines`, the `canvas` they are painted on, what scenes share (`sky`, `ground`, `water`,
`foliage`, `places`), the `moods`, the subjects by kind, and the `registry` that names them all.
"""

from styleaug.training.scenes.canvas import Scene
from styleaug.training.scenes.moods import MOODS
from styleaug.training.scenes.registry import SUBJECTS, draw_scene

__all__ = ["MOODS", "SUBJECTS", "Scene", "draw_scene"]

"""Dog and cat."""

import numpy as np

from styleaug.training.scenes.canvas import Canvas
from styleaug.training.scenes.colours import Colour, Generator, choose, darker, lighter, vary
from styleaug.training.scenes.foliage import leaf_shape
from styleaug.training.scenes.outlines import box, oval, points, ribbon, smooth
from styleaug.training.scenes.places import animal_place, animal_spot


def sitting_body(canvas: Canvas, coat: Colour, bib: Colour, socks: Colour, width: float) -> None:
    """Haunches, chest and front legs of an animal that sits facing us; width scales it sideways."""
    w = width
    for side in (-1, 1):
        canvas.shape(oval(side * 0.135 * w, 0.26, 0.085 * w, 0.105, side * 0.25), darker(coat, 0.18), darker(coat, 0.3))
        canvas.shape(oval(side * 0.165 * w, 0.35, 0.06 * w, 0.028), darker(socks, 0.15))
    trunk = points((-0.1, -0.08), (0.1, -0.08), (0.145, 0.1), (0.15, 0.26), (0.09, 0.34), (-0.09, 0.34), (-0.15, 0.26))
    outline = smooth(np.concatenate([trunk, points((-0.145, 0.1))])) * (w, 1.0)
    canvas.shape(outline, lighter(coat, 0.1), darker(coat, 0.25))
    canvas.shape(
        smooth(points((-0.07, -0.05), (0.07, -0.05), (0.075, 0.08), (0, 0.18), (-0.075, 0.08))) * (w, 1.0), bib
    )
    canvas.shape(ribbon(points((0, 0.17), (0, 0.34)), 0.012, 0.02), darker(coat, 0.45))
    for side in (-1, 1):
        leg = points((side * 0.07 * w, 0.08), (side * 0.066 * w, 0.22), (side * 0.062 * w, 0.35))
        canvas.shape(ribbon(leg, 0.085 * w, 0.075 * w), lighter(coat, 0.14), darker(coat, 0.12))
        paw = canvas.group()
        paw.shape(oval(side * 0.066 * w, 0.352, 0.056 * w, 0.033), socks, darker(socks, 0.12))
        for toe in (-0.018, 0.018):
            paw.shape(
                box(side * 0.066 * w + toe - 0.003, 0.352, side * 0.066 * w + toe + 0.003, 0.38), darker(socks, 0.45)
            )


DOG_COATS = (  # coat, ears, muzzle and bib
    ("#c98a4b", "#8a5428", "#f4dfbd"),
    ("#e0b878", "#b98443", "#fbf0d8"),
    ("#8c5a3a", "#553221", "#e6c39a"),
    ("#f1e9dc", "#8d5a3c", "#ffffff"),
    ("#5a4a48", "#322a2e", "#d9a066"),
    ("#f3efe8", "#3c3a42", "#ffffff"),
)


def dog(canvas: Canvas, generator: Generator) -> None:
    """A sitting dog facing us: floppy ears, long pale muzzle, big nose, tongue out, collar."""
    animal_place(canvas, generator)
    coat_name, ears, pale = choose(generator, DOG_COATS)
    coat = vary(generator, coat_name, 8)
    brush = animal_spot(canvas, generator)
    tail = points((0.1, 0.28), (0.22, 0.24), (0.27, 0.12), (0.24, 0.04))
    brush.shape(ribbon(tail, 0.06, 0.03), coat, darker(coat, 0.2))
    sitting_body(brush, coat, pale, pale, 1.05)
    collar = choose(generator, ("#d8412f", "#2f7fc4", "#3fa45a", "#e0a020"))
    brush.shape(ribbon(points((-0.11, -0.055), (0, -0.02), (0.11, -0.055)), 0.034, 0.034), collar)
    brush.shape(oval(0, 0.012, 0.022, 0.024), "#f4cf5a", "#b98a20")
    dog_head(brush.moved(0, 0.005, 1.1), generator, coat, ears, pale)


def dog_head(canvas: Canvas, generator: Generator, coat: Colour, ears: Colour, pale: Colour) -> None:
    """The head of the dog, in the frame of its body."""
    skull = points((0, -0.34), (0.09, -0.325), (0.15, -0.26), (0.155, -0.17), (0.1, -0.075), (0.0, -0.035))
    outline = np.concatenate([skull, (skull[1:-1] * (-1, 1))[::-1]])
    canvas.shape(smooth(outline), lighter(coat, 0.14), darker(coat, 0.16))
    if generator.integers(2):
        canvas.shape(oval(0.068, -0.215, 0.055, 0.062, 0.3), ears)
    blaze = points((0, -0.32), (0.024, -0.25), (0.035, -0.17), (-0.035, -0.17), (-0.024, -0.25))
    canvas.shape(smooth(blaze), pale)
    tongue = smooth(points((-0.03, -0.07), (0.03, -0.07), (0.032, -0.005), (0, 0.022), (-0.032, -0.005)))
    canvas.shape(oval(0, -0.06, 0.05, 0.036), "#4a1f26")
    canvas.shape(tongue, "#f07f8a", "#d4566a", (0, 1))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.045, -0.105, 0.06, 0.052), lighter(pale, 0.3), darker(pale, 0.12))
    canvas.shape(oval(0, -0.135, 0.052, 0.045), lighter(pale, 0.25))
    canvas.shape(
        smooth(points((-0.042, -0.158), (0, -0.17), (0.042, -0.158), (0.02, -0.118), (-0.02, -0.118))), "#231c22"
    )
    canvas.shape(oval(-0.014, -0.153, 0.012, 0.006), "#8d8894")
    canvas.shape(box(-0.004, -0.12, 0.004, -0.085), "#3a2b2e")
    for side in (-1, 1):
        ear = points(
            (0.085, -0.325), (0.16, -0.32), (0.225, -0.23), (0.235, -0.1), (0.19, -0.05), (0.15, -0.12), (0.135, -0.22)
        )
        canvas.shape(smooth(ear * (side, 1)), lighter(ears, 0.08), darker(ears, 0.3))
        canvas.shape(oval(side * 0.066, -0.21, 0.027, 0.031), "#1d1519")
        canvas.shape(oval(side * 0.066 - 0.008, -0.221, 0.01, 0.011), "#ffffff")


CAT_COATS = (  # coat, stripes, muzzle and bib, eyes
    ("#e8913c", "#b9601e", "#fdeed8", "#5fae4a"),
    ("#9a9aa6", "#5f5f70", "#f2f2f4", "#d9b62c"),
    ("#3b3844", "#24222c", "#55515f", "#e6cf3a"),
    ("#f5f0e6", "#d9cdb9", "#ffffff", "#4aa0d8"),
    ("#a87f58", "#5f4228", "#f0ddc0", "#7fb83a"),
    ("#e9d8bd", "#6a4c3c", "#f6ecdc", "#3f94d6"),
)


def cat(canvas: Canvas, generator: Generator) -> None:
    """A sitting cat facing us: pointed ears, slit eyes, whiskers, stripes and a long curled tail."""
    animal_place(canvas, generator)
    coat_name, stripes, pale, eyes = choose(generator, CAT_COATS)
    coat = vary(generator, coat_name, 8)
    brush = animal_spot(canvas, generator)
    tail = points((0.1, 0.32), (0.23, 0.32), (0.29, 0.2), (0.24, 0.07), (0.29, -0.03))
    brush.shape(ribbon(tail, 0.055, 0.045), coat, darker(coat, 0.2))
    for x, y, turn in ((0.262, 0.27, 2.3), (0.28, 0.18, 3.1), (0.25, 0.1, 3.4)):
        brush.shape(oval(x, y, 0.027, 0.011, turn), stripes)
    brush.shape(oval(0.291, -0.035, 0.024, 0.032, 0.5), stripes)
    sitting_body(brush, coat, pale, pale, 0.88)
    for side in (-1, 1):
        for y in (0.03, 0.08, 0.24):
            brush.shape(leaf_shape(side * 0.13, y, 0.06, 0.01, np.pi / 2 + side * 1.2), stripes)
    cat_head(brush, coat, stripes, pale, eyes)


def cat_head(canvas: Canvas, coat: Colour, stripes: Colour, pale: Colour, eyes: Colour) -> None:
    """The head of the cat, in the frame of its body."""
    for side in (-1, 1):
        ear = points((0.165, -0.2), (0.172, -0.4), (0.14, -0.385), (0.03, -0.285)) * (side, 1)
        canvas.shape(ear, coat, darker(coat, 0.22))
        canvas.shape(points((0.143, -0.25), (0.15, -0.36), (0.07, -0.285)) * (side, 1), "#f0a3a0", "#c87078")
    half = points((0, -0.305), (0.1, -0.29), (0.165, -0.22), (0.185, -0.13), (0.12, -0.06), (0.0, -0.035))
    canvas.shape(smooth(np.concatenate([half, (half[1:-1] * (-1, 1))[::-1]])), lighter(coat, 0.14), darker(coat, 0.16))
    for x, length in ((-0.04, 0.06), (0.0, 0.08), (0.04, 0.06)):
        canvas.shape(leaf_shape(x, -0.3, length, 0.012, np.pi / 2), stripes)
    for side in (-1, 1):
        for y in (-0.15, -0.115):
            canvas.shape(leaf_shape(side * 0.178, y, 0.055, 0.009, np.pi / 2 + side * 1.45), stripes)
        canvas.shape(oval(side * 0.036, -0.095, 0.05, 0.04), lighter(pale, 0.2), darker(pale, 0.06))
        canvas.shape(oval(side * 0.075, -0.185, 0.043, 0.038, side * -0.25), "#221c26")
        canvas.shape(oval(side * 0.075, -0.185, 0.037, 0.033, side * -0.25), lighter(eyes, 0.15), eyes, (0, 1))
        canvas.shape(oval(side * 0.075, -0.185, 0.01, 0.031), "#17121c")
        canvas.shape(oval(side * 0.075 - 0.012, -0.198, 0.008, 0.008), "#ffffff")
    canvas.shape(points((-0.024, -0.136), (0.024, -0.136), (0, -0.108)), "#e8788a")
    for side in (-1, 1):
        smile = points((0, -0.108), (side * 0.012, -0.086), (side * 0.045, -0.082))
        canvas.shape(ribbon(smile, 0.008, 0.005), "#5a3238")
        for index in (-1, 0, 1):
            whisker = points(
                (side * 0.06, -0.1 + index * 0.012),
                (side * 0.15, -0.1 + index * 0.03),
                (side * 0.25, -0.09 + index * 0.055),
            )
            canvas.shape(ribbon(whisker, 0.006, 0.003, 4), lighter(pale, 0.5))

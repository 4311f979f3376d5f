import numpy as np
import pytest
from PIL import Image

from styleaug.sheet import sheet, theta_label

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]


def pictures(size=(64, 48)):
    return [Image.new("RGB", size, colour) for colour in COLOURS]


def corners(image, colour):
    """The box of all pixels of that colour: left, top, right, bottom."""
    ys, xs = np.nonzero((np.asarray(image) == colour).all(axis=-1))
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


@pytest.mark.parametrize(
    "labels", [{}, {"row_labels": ["first"], "column_labels": ["a", "b", "c"], "caption": "below"}]
)
def test_every_picture_is_whole_and_in_its_place(labels):
    image = sheet([pictures()], **labels)
    boxes = [corners(image, colour) for colour in COLOURS]
    for left, top, right, bottom in boxes:
        assert (right - left, bottom - top) == (64, 48)
    assert boxes[0][2] < boxes[1][0] and boxes[1][2] < boxes[2][0]
    assert len({box[1] for box in boxes}) == 1
    for left, top, right, bottom in boxes:
        crop = np.asarray(image.crop((int(left), int(top), int(right), int(bottom))))
        assert (crop == crop[0, 0]).all()


def test_rows_go_down():
    first, second, _ = pictures()
    image = sheet([[first], [second]])
    assert corners(image, COLOURS[0])[3] < corners(image, COLOURS[1])[1]


def test_labels_stand_above_to_the_left_and_below():
    bare = sheet([pictures()])
    _, top, _, _ = corners(bare, COLOURS[0])
    above = sheet([pictures()], column_labels=["a", "b", "c"])
    left = sheet([pictures()], row_labels=["a row"])
    below = sheet([pictures()], caption="a line of words that is longer than the three pictures are wide")
    assert corners(above, COLOURS[0])[1] > top and above.width == bare.width
    assert corners(left, COLOURS[0])[0] > corners(bare, COLOURS[0])[0] and left.height == bare.height
    assert corners(below, COLOURS[0])[1] == top and below.height > bare.height and below.width == bare.width
    ground = np.asarray(above)[: corners(above, COLOURS[0])[1]]
    assert (ground != 255).any()


def test_theta_is_drawn_with_its_bar():
    """Pillow's own font has no θ; a 0 would be another number."""
    theta, nought = (sheet([pictures()[:1]], column_labels=[label]) for label in ("θ", "0"))
    assert theta.size == nought.size
    assert (np.asarray(theta) != np.asarray(nought)).any()


def test_theta_label():
    assert [theta_label(theta) for theta in (0.0, -0.0, 1.0, 0.25, -1 / 3)] == [
        "θ = 0",
        "θ = 0",
        "θ = 1",
        "θ = 0.25",
        "θ = -0.333",
    ]


def test_the_same_sheet_twice_is_the_same():
    options = {"column_labels": ["θ = 0", "θ = 0.5", "θ = 1"], "caption": "a dog to a cat"}
    assert np.array_equal(np.asarray(sheet([pictures()], **options)), np.asarray(sheet([pictures()], **options)))


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([], {}, "at least one"),
        ([[]], {}, "at least one"),
        ([pictures(), pictures()[:2]], {}, "equally long"),
        ([[*pictures(), Image.new("RGB", (3, 3))]], {}, "one size"),
        ([pictures()], {"row_labels": ["a", "b"]}, "row labels"),
        ([pictures()], {"column_labels": ["a", "b"]}, "column labels"),
    ],
)
def test_what_does_not_fit_together_is_refused(rows, labels, message):
    with pytest.raises(ValueError, match=message):
        sheet(rows, **labels)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from styleaug.sheet import FONT_SIGNS, readable, sheet, theta_label

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


def test_the_signs_that_count_as_drawable_are():
    font = ImageFont.load_default(20)
    box = bytes(font.getmask("\uffff"))
    assert [sign for sign in FONT_SIGNS if bytes(font.getmask(sign)) == box] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a cat, Monet's “style” #5", "a cat, Monet's “style” #5"),
        ("θ = 0.3", "θ = 0.3"),
        ("café, Zoë, Łódź, Straße", "cafe, Zoe, Lodz, Strasse"),
        ("cafe\u0301", "cafe"),
        ("2 × 3 − ½ – 1 → ™", "2 x 3 - 1⁄2 - 1 -> ™"),
        ("a cat 🐈", "a cat [cat]"),
        ("🐈🐈", "[cat][cat]"),
        ("👩🏽‍🎨", "[woman][artist palette]"),
        ("قطة في الثلج", "[arabic] [arabic] [arabic]"),
        ("猫 Кот", "[cjk] [cyrillic]"),
        ("\u202eabc\u2066", "abc"),
        ("\ue000", "[u+e000]"),
    ],
)
def test_what_the_font_lacks_is_said_in_words(text, shown):
    assert readable(text) == shown


@given(st.text())
def test_nothing_is_drawn_as_a_box(text):
    shown = readable(text)
    assert set(shown) <= FONT_SIGNS | {"θ"}
    assert readable(shown) == shown


@given(st.text(st.sampled_from(sorted(FONT_SIGNS | {"θ"}))))
def test_what_can_be_drawn_stays_as_it_is(text):
    assert readable(text) == text


@pytest.mark.parametrize("text", ["word " * 60, "x" * 300, "🐈‍⬛" * 50])
def test_long_labels_stay_in_the_white(text):
    """They push the pictures aside a little and are never drawn over them, nor cut by the edge."""
    image = sheet([pictures(), pictures()], row_labels=[text, "b"], column_labels=["a", text, "c"], caption=text)
    plain = sheet([pictures(), pictures()])
    assert image.width <= plain.width + 2 * 64
    seen = np.asarray(image)
    for colour in COLOURS:
        assert (seen == colour).all(axis=-1).sum() == 2 * 64 * 48
    assert (seen[:3] == 255).all() and (seen[-3:] == 255).all()
    assert (seen[:, :3] == 255).all() and (seen[:, -3:] == 255).all()


def test_long_labels_are_wrapped_and_then_cut():
    def top(label):
        return corners(sheet([pictures()], column_labels=[label, "b", "c"]), COLOURS[0])[1]

    assert top("a") < top("several words here") < top("word " * 20) == top("word " * 90)


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

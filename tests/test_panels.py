"""What hangs side by side, and the θ grid of a sweep."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styleaug import BadRequest, Mode, Request
from styleaug.panels import ALL_MODES, MOST_PANELS, coarse_to_fine, hang, theta_range

FIELDS = {"prompt": "a cat", "style": "Monet style", "mode": "weaken", "theta": 0.3, "seed": 7}


def test_one_picture_hangs_alone_under_its_own_request():
    [panel] = hang(FIELDS).panels
    assert (panel.name, panel.request) == ("", Request(**FIELDS))


def test_several_styles_hang_side_by_side_and_share_everything_else():
    hung = hang(FIELDS | {"style": " Monet  style; van Gogh ;;ukiyo-e; van Gogh"})
    assert [panel.name for panel in hung.panels] == ["Monet style", "van Gogh", "ukiyo-e"]
    assert [panel.request for panel in hung.panels] == [
        Request(**FIELDS | {"style": style}) for style in ("Monet style", "van Gogh", "ukiyo-e")
    ]


def test_all_modes_hang_side_by_side():
    hung = hang(FIELDS | {"mode": ALL_MODES, "second_seed": 8})
    assert [panel.request.mode for panel in hung.panels] == [Mode.WEAKEN, Mode.AUGMENT, Mode.GUIDE, Mode.INTERPOLATE]
    assert [panel.name for panel in hung.panels] == ["Weaken", "Augment", "Guide", "Interpolate"]
    assert {panel.request.second_seed for panel in hung.panels if panel.name == "Interpolate"} == {8}
    assert {panel.request.second_seed for panel in hung.panels if panel.name != "Interpolate"} == {None}


def test_the_theta_of_all_modes_is_one_that_every_mode_has():
    low, high = theta_range(ALL_MODES)
    assert (low, high) == (0, 1)
    for theta in (low, high):
        hang(FIELDS | {"mode": ALL_MODES, "theta": theta})
    for theta in (low - 0.1, high + 0.1):
        with pytest.raises(BadRequest, match="theta must be between"):
            hang(FIELDS | {"mode": ALL_MODES, "theta": theta})


@pytest.mark.parametrize("mode", Mode)
def test_the_theta_of_a_mode_is_its_own(mode):
    assert theta_range(str(mode)) == mode.theta_range


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"style": ";".join(f"style {n}" for n in range(MOST_PANELS + 1))}, "style", "must be at most 9 styles, is 10"),
        ({"mode": "all", "style": "a; b"}, "style", "must be a single one where all modes hang side by side"),
        ({"style": "  "}, "style", "must not be empty"),
        ({"style": None}, "style", "must be text"),
        ({"mode": ["all"]}, "mode", "must be one of"),
        ({"colour": 1}, "colour", "is not a field of a request"),
    ],
)
def test_what_cannot_hang_is_refused(changed, field, rule):
    with pytest.raises(BadRequest) as caught:
        hang(FIELDS | changed)
    assert caught.value.field == field
    assert caught.value.rule.startswith(rule)


@pytest.mark.parametrize(
    "changed",
    [{}, {"style": "Monet style; van Gogh"}, {"mode": "all"}, {"mode": "interpolate", "second_seed": 9}],
)
def test_a_hanging_is_made_again_from_its_fields(changed):
    hung = hang(FIELDS | changed)
    assert hang(hung.fields) == hung


def test_several_styles_without_a_mode_have_the_mode_of_a_request_without_one():
    hung = hang({"prompt": "a cat", "style": "van Gogh; ukiyo-e"})
    assert hung.mode == Request(prompt="a cat", style="van Gogh").mode
    assert theta_range(hung.mode) == hung.mode.theta_range


def test_a_semicolon_alone_parts_nothing():
    assert hang(FIELDS | {"style": "Monet; "}).panels[0].request.style == "Monet;"


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "a cat, Monet style"),
        ({"prompt": "a cat monet STYLE"}, "a cat monet STYLE"),
        ({"mode": "interpolate", "style": "a dog"}, "a cat → a dog"),
        ({"mode": "all"}, "a cat, Monet style"),
        ({"style": "van Gogh; ukiyo-e"}, "a cat: van Gogh, ukiyo-e"),
    ],
)
def test_the_title_says_what_is_seen(changed, title):
    assert hang(FIELDS | changed).title == title


def test_all_panels_move_to_one_theta():
    requests = hang(FIELDS | {"style": "van Gogh; ukiyo-e"}).at(0.8)
    assert [(request.theta, request.style) for request in requests] == [(0.8, "van Gogh"), (0.8, "ukiyo-e")]


# --- The grid -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        (Mode.WEAKEN, [0.3, 0, 1, 0.5, 0.25, 0.75]),
        (Mode.AUGMENT, [0.3, -1, 1, 0]),
        (Mode.GUIDE, [0.3, -1, 2, 0, 1]),
        (Mode.INTERPOLATE, [0.3, 0, 1, 0.5, 0.25, 0.75]),
    ],
)
def test_the_resting_theta_comes_first_then_both_ends_then_halves(mode, order):
    assert coarse_to_fine(*mode.theta_range, 0.3)[: len(order)] == order


@given(mode=st.sampled_from(Mode), share=st.floats(0, 1), stops=st.integers(3, 33))
def test_a_grid_covers_the_range_evenly_and_is_the_same_wherever_theta_rests(mode, share, stops):
    low, high = mode.theta_range
    resting = low + share * (high - low)
    grid = coarse_to_fine(low, high, resting, stops)
    assert grid[0] == resting
    assert len(grid) == len(set(grid)) <= stops + 1
    assert {low, high, 0.0} <= set(grid)
    assert set(grid) - {resting} <= set(coarse_to_fine(low, high, 0.0, stops))
    ordered = sorted(set(grid) | {low, high})
    if stops >= 9:
        assert max(right - left for left, right in itertools.pairwise(ordered)) <= (high - low) / 4


def test_the_default_grid_has_nine_stops():
    assert [len(coarse_to_fine(*mode.theta_range, 0.0)) for mode in Mode] == [9, 9, 9, 9]

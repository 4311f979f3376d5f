import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from styleaug.request import MAX_SEED, BadRequest, Direction, Mode, Request, Span


def request(**fields):
    return Request(**{"prompt": "a dog", "style": "Monet style", **fields})


RANGES = {"interpolate": (0, 1), "augment": (-1, 1), "weaken": (0, 1), "guide": (-1, 2)}


@pytest.mark.parametrize("mode", Mode)
def test_the_ends_of_a_modes_range_are_in_and_what_lies_beyond_is_out(mode):
    low, high = RANGES[mode]
    assert mode.theta_range == (low, high)
    for theta in (low, high):
        assert request(mode=mode, theta=theta).theta == theta
    for theta in (math.nextafter(low, -math.inf), math.nextafter(high, math.inf)):
        with pytest.raises(BadRequest) as caught:
            request(mode=mode, theta=theta)
        assert caught.value.field == "theta"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""),
        ("prompt", " \n\t "),
        ("prompt", None),
        ("prompt", "x" * 2001),
        ("prompt", "half a pair \ud800"),
        ("style", ""),
        ("style", 3),
        ("negative_prompt", None),
        ("mode", "enhance"),
        ("mode", None),
        ("direction", "sideways"),
        ("span", 1),
        ("theta", math.nan),
        ("theta", math.inf),
        ("theta", -math.inf),
        ("theta", True),
        ("theta", "0.5"),
        ("theta", None),
        pytest.param("theta", 10**400, id="huge"),
        ("seed", -1),
        ("seed", 2**32),
        ("seed", 1.5),
        ("seed", math.nan),
        ("seed", math.inf),
        ("seed", False),
        ("seed", "7"),
        ("seed", None),
        ("num_inference_steps", 0),
        ("num_inference_steps", 201),
        ("num_inference_steps", 2.5),
        ("guidance_scale", 0.99),
        ("guidance_scale", 30.01),
        ("guidance_scale", math.nan),
        ("guidance_until", -0.01),
        ("guidance_until", 1.01),
        ("guidance_until", math.nan),
        ("start", -0.01),
        ("start", 1.01),
        ("hold_norm", 1),
        ("hold_norm", "yes"),
        ("live", 1),
        ("live", None),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(field, value):
    with pytest.raises(BadRequest) as caught:
        request(**{field: value})
    error = caught.value
    assert (error.field, error.value) == (field, value) or (error.field == field and value != value)
    assert str(error).startswith(f"{field} must ")
    assert len(str(error)) < 250


def test_the_message_names_field_rule_and_value():
    with pytest.raises(BadRequest) as caught:
        request(mode="weaken", theta=3.0)
    assert str(caught.value) == "theta must be between 0 and 1 in weaken mode, got 3.0"
    assert isinstance(caught.value, ValueError)


def test_values_are_normalised():
    asked = request(
        prompt="  a \n dog ", mode="guide", direction="phrase", span="whole", theta=1, guidance_scale=np.float32(2)
    )
    assert asked.prompt == "a dog"
    assert (asked.mode, asked.direction, asked.span) == (Mode.GUIDE, Direction.PHRASE, Span.WHOLE)
    assert type(asked.theta) is float and type(asked.guidance_scale) is float
    assert type(request(seed=np.int64(3)).seed) is int
    assert type(request(seed=3.0).seed) is int


def test_zeros_are_values_and_minus_zero_is_zero():
    assert math.copysign(1, request(theta=-0.0).theta) == 1
    assert request(seed=0, mode="interpolate", second_seed=0).second_seed == 0
    assert request(seed=MAX_SEED).seed == 2**32 - 1


def test_a_second_seed_belongs_to_interpolate():
    assert request(mode="interpolate", second_seed=4).second_seed == 4
    for mode in set(Mode) - {Mode.INTERPOLATE}:
        with pytest.raises(BadRequest, match=r"^second_seed must be left out"):
            request(mode=mode, second_seed=4)
    for value in (-1, 1.5, True):
        with pytest.raises(BadRequest, match=r"^second_seed"):
            request(mode="interpolate", second_seed=value)


requests = st.builds(
    request,
    prompt=st.text(min_size=1, max_size=20).filter(str.strip).filter(lambda text: text.isprintable()),
    mode=st.sampled_from(Mode),
    theta=st.floats(0, 1),
    seed=st.integers(0, MAX_SEED),
    num_inference_steps=st.integers(1, 200),
    guidance_scale=st.floats(1, 30),
    guidance_until=st.floats(0, 1),
    start=st.floats(0, 1),
    direction=st.sampled_from(Direction),
    span=st.sampled_from(Span),
    hold_norm=st.booleans(),
    live=st.booleans(),
)


@given(requests)
def test_a_request_survives_json(asked):
    again = Request.from_dict(json.loads(json.dumps(asked.to_dict())))
    assert again == asked and hash(again) == hash(asked)
    assert set(asked.to_dict()) == set(Request.__dataclass_fields__)


@given(requests, st.floats(0, 1))
def test_with_theta_changes_theta_alone(asked, theta):
    assert asked.with_theta(theta).to_dict() == asked.to_dict() | {"theta": theta}


def test_with_theta_checks_the_range():
    with pytest.raises(BadRequest, match=r"^theta"):
        request().with_theta(1.5)


def test_from_dict_refuses_unknown_and_missing_keys():
    with pytest.raises(BadRequest, match=r"^strength is not a field"):
        Request.from_dict({"prompt": "a", "style": "b", "strength": 1})
    for name in ("prompt", "style"):
        with pytest.raises(BadRequest) as caught:
            Request.from_dict({"prompt": "a", "style": "b"} | {name: ""})
        assert caught.value.field == name
        with pytest.raises(BadRequest, match=f"^{name} must be given"):
            Request.from_dict({key: "a" for key in ("prompt", "style") if key != name})
    assert Request.from_dict({"prompt": "a", "style": "b"}) == Request(prompt="a", style="b")


def test_a_request_cannot_be_changed():
    with pytest.raises(AttributeError):
        request().theta = 0.5

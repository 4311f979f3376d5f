"""The exactness contract (DESIGN.md §2), on random parts and on the bundled model; and the work the engine spares."""

import copy
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import chain, zip_longest
from types import SimpleNamespace

import numpy as np
import parts
import pytest
import torch

import styleaug.engine
from styleaug.conditioning import condition, full_and_base
from styleaug.engine import PREVIEW_CELLS, Cancelled, Stats, StyleEngine, _Cache
from styleaug.model import NonFiniteError
from styleaug.recipe import Recipe, read_recipe
from styleaug.request import BadRequest, Direction, Mode, Request, Span
from styleaug.slerp import slerp
from styleaug.trajectory import begin, denoise, initial_latents, step_generator

STEPS = 3
THETAS = (0.0, 0.25, 1.0)


def request(**fields):
    defaults = {
        "prompt": "temple hidden in the jungle",
        "style": "Monet style",
        "seed": 7,
        "num_inference_steps": STEPS,
    }
    return Request(**defaults | fields)


def pixels(picture):
    return np.asarray(picture.image)


def same(first, second):
    return np.array_equal(pixels(first), pixels(second))


def plain(model, prompt, asked, **options):
    """The picture of diffusers' own pipeline: its own encoding, noise, loop and decoding."""
    texts = {"prompt": prompt, "negative_prompt": asked.negative_prompt} if prompt is not None else {}
    images = parts.pipeline(model)(
        **texts,
        **{"generator": torch.Generator("cpu").manual_seed(asked.seed)} | options,
        num_inference_steps=asked.num_inference_steps,
        guidance_scale=asked.guidance_scale,
    ).images
    return np.asarray(images[0])


# The exactness contract


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("guidance_scale", [1.0, 4.0])
def test_theta_zero_is_the_plain_pipeline(model, mode, guidance_scale):
    asked = request(mode=mode, guidance_scale=guidance_scale, negative_prompt="night")
    prompt = asked.prompt if mode is Mode.INTERPOLATE else full_and_base(asked.prompt, asked.style)[0]
    assert np.array_equal(pixels(StyleEngine(model).render(asked)), plain(model, prompt, asked))


@pytest.mark.parametrize("name", parts.schedulers())
@pytest.mark.parametrize("mode", Mode)
def test_theta_zero_is_the_plain_pipeline_under_every_scheduler(name, mode):
    model = parts.model(parts.schedulers()[name], vae_kind="AutoencoderTiny")
    asked = request(mode=mode, num_inference_steps=5)
    prompt = asked.prompt if mode is Mode.INTERPOLATE else full_and_base(asked.prompt, asked.style)[0]
    latents = styleaug.engine.initial_latents(asked.seed, model.latent_shape)
    expected = plain(model, prompt, asked, latents=latents, generator=step_generator(asked.seed))
    assert np.array_equal(pixels(StyleEngine(model).render(asked)), expected)


@pytest.mark.parametrize(
    ("mode", "theta", "prompt"),
    [
        ("interpolate", 1, "Monet style"),
        ("weaken", 1, "temple hidden in the jungle"),
        ("guide", -1, "temple hidden in the jungle"),
    ],
)
def test_an_endpoint_is_the_target_prompt(model, mode, theta, prompt):
    asked = request(mode=mode, theta=theta)
    assert np.array_equal(pixels(StyleEngine(model).render(asked)), plain(model, prompt, asked))


def test_a_style_inside_the_prompt_is_the_prompt_as_written(model):
    asked = request(prompt="temple Monet style hidden in the jungle", mode="weaken")
    engine = StyleEngine(model)
    assert np.array_equal(pixels(engine.render(asked)), plain(model, asked.prompt, asked))
    without = plain(model, "temple hidden in the jungle", asked)
    assert np.array_equal(pixels(engine.render(asked.with_theta(1))), without)


def test_interpolating_seeds_ends_at_the_second_seeds_picture(model):
    asked = request(mode="interpolate", prompt="a dog", style="a cat", theta=1, second_seed=8)
    assert np.array_equal(
        pixels(StyleEngine(model).render(asked)), plain(model, "a cat", dataclasses.replace(asked, seed=8))
    )


@pytest.mark.parametrize("span", Span)
@pytest.mark.parametrize("direction", Direction)
def test_augment_is_the_plain_pipeline_on_the_moved_text(model, direction, span):
    asked = request(theta=0.4, direction=direction, span=span)
    full, base = (model.encode(text) for text in full_and_base(asked.prompt, asked.style))
    vector = full - base if direction is Direction.CONTRAST else model.encode(asked.style)
    embeds = {
        "prompt_embeds": slerp(full, full + vector, 0.4, span=span),
        "negative_prompt_embeds": model.encode(""),
    }
    assert np.array_equal(pixels(StyleEngine(model).render(asked)), plain(model, None, asked, **embeds))


@pytest.mark.parametrize("mode", Mode)
def test_theta_changes_the_picture(model, mode):
    first, second = StyleEngine(model).sweep(request(mode=mode), [0.0, 1.0])
    assert not same(first, second)


def mixed_requests():
    """Eight that differ in everything."""
    defaults = {"prompt": "temple hidden in the jungle", "style": "Monet style", "seed": 7, "num_inference_steps": 2}
    return [
        Request(**defaults | fields)
        for fields in (
            {"theta": 0.3},
            {"theta": -0.5, "direction": "phrase", "seed": 1},
            {"mode": "weaken", "theta": 0.5, "num_inference_steps": 4},
            {"mode": "guide", "theta": 1.5, "guidance_scale": 2.0},
            {"mode": "guide", "theta": 0.5, "direction": "phrase", "start": 0.5},
            {"mode": "interpolate", "prompt": "a dog", "style": "a cat", "theta": 0.5, "second_seed": 9},
            {"theta": 1.0, "hold_norm": True, "span": "whole"},
            {"mode": "weaken", "theta": 1.0, "guidance_scale": 1.0, "negative_prompt": "night"},
        )
    ]


def test_cached_is_uncached(model):
    engine, without = StyleEngine(model), StyleEngine(model, cache_bytes=0)
    for asked in mixed_requests():
        fresh, first, again = without.render(asked), engine.render(asked), engine.render(asked)
        assert same(fresh, first) and same(first, again)
        assert again.from_cache and not first.from_cache and not fresh.from_cache
    assert without.stats.cache_hits == 0


def test_a_sweep_is_its_pictures_one_by_one(model):
    asked = request()
    for picture, theta in zip(StyleEngine(model).sweep(asked, THETAS), THETAS, strict=True):
        assert picture.request == asked.with_theta(theta)
        assert same(picture, StyleEngine(model).render(asked.with_theta(theta)))


def test_two_sweeps_in_turns_are_two_in_a_row(model):
    first, second = request(), request(mode="guide", seed=1, prompt="a dog")
    together = StyleEngine(model)
    turns = list(chain(*zip_longest(together.sweep(first, THETAS), together.sweep(second, THETAS))))
    alone = [list(StyleEngine(model).sweep(asked, THETAS)) for asked in (first, second)]
    for picture, expected in zip(turns, chain(*zip(*alone, strict=True)), strict=True):
        assert same(picture, expected)


def different_schedulers(model):
    """The same weights under four schedulers."""
    for name in ("DDIM", "Euler", "DPM++", "PNDM"):
        options = {"skip_prk_steps": True} if name == "PNDM" else {}
        scheduler = type(parts.schedulers()[name]).from_config(model.scheduler.config, **options)
        yield dataclasses.replace(model, scheduler=scheduler)


def test_four_threads_with_different_requests_and_schedulers_do_not_meet(model):
    models = list(different_schedulers(model))
    alone = [[StyleEngine(each).render(asked) for asked in mixed_requests()] for each in models]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda each: [StyleEngine(each).render(asked) for asked in mixed_requests()], models))
    wrong = [not same(*pair) for pair in zip(chain(*together), chain(*alone), strict=True)]
    assert len(wrong) == 32 and sum(wrong) == 0


def test_four_threads_on_one_engine_do_not_meet(model):
    alone = [StyleEngine(model).render(asked) for asked in mixed_requests()]
    engine = StyleEngine(model)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(engine.render, mixed_requests() * 4))
    wrong = [not same(*pair) for pair in zip(together, alone * 4, strict=True)]
    assert len(wrong) == 32 and sum(wrong) == 0
    assert engine.stats == sum((picture.stats for picture in together), Stats())


# Work that is not done


def test_a_repeated_request_evaluates_nothing(model):
    engine = StyleEngine(model)
    engine.render(request(theta=0.5))
    before = engine.stats
    assert engine.render(request(theta=0.5)).stats == Stats(cache_hits=1)
    assert engine.stats - before == Stats(cache_hits=1)


@pytest.mark.parametrize("mode", Mode)
def test_moving_theta_encodes_no_text_and_draws_no_noise(random_model, mode, monkeypatch):
    drawn = []
    draw = styleaug.engine.initial_latents
    monkeypatch.setattr(styleaug.engine, "initial_latents", lambda *a, **k: (drawn.append(a), draw(*a, **k))[1])
    engine = StyleEngine(random_model)
    asked = request(mode=mode, second_seed=8 if mode == "interpolate" else None)
    first = engine.render(asked)
    assert first.stats.text_encodes >= 3
    encoded, noises = engine.stats.text_encodes, len(drawn)
    for theta in (0.1, 0.7, 1.0):
        engine.render(asked.with_theta(theta))
    assert engine.stats.text_encodes == encoded
    assert len(drawn) == noises == (2 if mode == "interpolate" else 1)


def test_the_counts_of_a_fresh_picture(random_model):
    stats = StyleEngine(random_model).render(request(theta=0.3, num_inference_steps=4)).stats
    assert stats == Stats(unet_rows=8, unet_calls=4, text_encodes=4, decodes=1, cache_hits=0)


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ({"guidance_scale": 1.0}, [1, 1, 1, 1]),
        ({"guidance_scale": 1.0, "mode": "weaken", "theta": 0.5}, [1, 1, 1, 1]),
        ({"mode": "guide"}, [2, 2, 2, 2]),
        ({"mode": "guide", "theta": 0.5}, [3, 3, 3, 3]),
        ({"mode": "guide", "theta": 0.5, "start": 0.5}, [2, 2, 3, 3]),
        ({"mode": "guide", "theta": -1, "start": 0.5}, [2, 2, 2, 2]),
        ({"mode": "guide", "theta": 0.5, "start": 1}, [2, 2, 2, 2]),
        ({"mode": "guide", "theta": 0.5, "guidance_scale": 1.0}, [2, 2, 2, 2]),
        ({"guidance_until": 0.5}, [2, 2, 1, 1]),
        ({"guidance_until": 0.51, "start": 0.25}, [2, 2, 2, 1]),
        ({"mode": "guide", "theta": 0.5, "guidance_until": 0.5, "start": 0.25}, [2, 3, 2, 2]),
        ({"mode": "guide", "theta": 0.5, "guidance_until": 0.5, "start": 0.75}, [2, 2, 1, 2]),
        ({"mode": "guide", "theta": 0.5, "guidance_until": 0.5, "direction": "phrase"}, [3, 3, 3, 3]),
    ],
)
def test_rows_are_sent_only_where_they_are_needed(random_model, fields, rows):
    engine = StyleEngine(random_model)
    counts = [engine.stats.unet_rows]
    engine.render(
        request(**{"num_inference_steps": 4} | fields), on_step=lambda _: counts.append(engine.stats.unet_rows)
    )
    assert np.diff(counts).tolist() == rows


@pytest.mark.parametrize("mode", Mode)
def test_guidance_until_the_end_or_from_the_beginning_off(random_model, mode):
    """1 is what it is without; 0 is guidance_scale 1, as is any part of a run without guidance."""

    def picture(**fields):
        return StyleEngine(random_model).render(request(mode=mode, theta=0.5, start=0.3, **fields))

    assert same(picture(), picture(guidance_until=1.0))
    assert same(picture(guidance_until=0.0), picture(guidance_scale=1.0))
    assert same(picture(guidance_until=0.5, guidance_scale=1.0), picture(guidance_scale=1.0))
    assert not same(picture(guidance_until=0.5), picture())
    assert not same(picture(guidance_until=0.5), picture(guidance_scale=1.0))


@pytest.mark.parametrize("bucket", [1, 8])
@pytest.mark.parametrize("mode", Mode)
def test_a_sweep_guided_in_part_is_its_pictures_one_by_one(random_model, mode, bucket):
    asked = request(mode=mode, guidance_until=0.5, start=0.25, num_inference_steps=4)
    for picture in StyleEngine(random_model, bucket=bucket).sweep(asked, THETAS):
        assert same(picture, StyleEngine(random_model, bucket=bucket, cache_bytes=0).render(picture.request))


def test_endpoints_are_exact_where_guidance_ends_early(random_model):
    engine = StyleEngine(random_model)
    fields = {"guidance_until": 0.5, "num_inference_steps": 4}
    target = engine.render(request(mode="weaken", theta=1, **fields))
    assert same(target, engine.render(request(mode="guide", theta=-1, **fields)))
    plain = [engine.render(request(mode=mode, **fields)) for mode in ("augment", "weaken", "guide")]
    assert same(plain[0], plain[1]) and same(plain[1], plain[2])


# --- The trunk that all θ share ---------------------------------------------------------------------------------------


GUIDED = (-1, -0.5, 0, 0.25, 0.5, 1, 1.25, 1.5, 2)


def test_a_guide_sweep_evaluates_trunk_and_fork_once(random_model):
    engine = StyleEngine(random_model)
    asked = request(mode=Mode.GUIDE, num_inference_steps=20, start=0.4)
    list(engine.sweep(asked, GUIDED))
    trunk, rest = 8, 12  # steps before and after 0.4 of 20
    plain, guided = 2, 7  # θ = -1 and 0 are a prompt's own picture, of two rows; the others take three
    fork = plain * 2 + 3  # the first step after the trunk, where all latents are alike: three rows for all the guided
    assert engine.stats.unet_rows == trunk * 2 + fork + (rest - 1) * (plain * 2 + guided * 3)
    assert engine.stats.unet_calls == trunk + (plain + 1) + (rest - 1) * (plain + guided)
    assert (engine.stats.text_encodes, engine.stats.decodes) == (3, len(GUIDED))  # "", full, base
    before = engine.stats
    engine.render(asked.with_theta(0.75))  # a later request has both, too
    assert (engine.stats - before).unet_rows == (rest - 1) * 3
    before = engine.stats
    list(engine.sweep(asked, GUIDED))
    assert engine.stats - before == Stats(cache_hits=len(GUIDED))


@pytest.mark.parametrize("direction", Direction)
def test_of_one_step_every_further_theta_costs_one_decode(random_model, direction):
    engine = StyleEngine(random_model)
    asked = request(mode=Mode.GUIDE, num_inference_steps=1, direction=direction)
    for theta in (0.25, 0.5, 1.25, 2):
        before = engine.stats
        picture = engine.render(asked.with_theta(theta))
        work = engine.stats - before
        assert (work.unet_rows, work.unet_calls, work.decodes) == ((3, 1, 1) if theta == 0.25 else (0, 0, 1))
        assert not picture.from_cache
        assert same(picture, StyleEngine(random_model, cache_bytes=0).render(picture.request))


@pytest.mark.parametrize("guidance_scale", [1.0, 4.0])
@pytest.mark.parametrize("direction", Direction)
def test_of_one_step_theta_moves_the_latents_along_a_line(random_model, direction, guidance_scale):
    """The affine identity: any θ from two others, to rounding."""

    def latents(theta):
        asked = request(
            mode=Mode.GUIDE, num_inference_steps=1, theta=theta, direction=direction, guidance_scale=guidance_scale
        )
        run = begin(
            initial_latents(7, random_model.latent_shape), scheduler=random_model.new_scheduler(), num_inference_steps=1
        )
        list(denoise(run, condition(asked, random_model.encode), predict_noise=random_model.predict_noise))
        return run.result()

    low, high = latents(-0.5), latents(1.5)
    for theta in (0, 0.3, 2):
        part = (theta + 0.5) / 2
        torch.testing.assert_close(latents(theta), low + part * (high - low))


@pytest.mark.parametrize("fields", [{"mode": "guide"}, {"mode": "guide", "start": 0.5}, {"mode": "guide", "seed": 8}])
@pytest.mark.parametrize("num_inference_steps", [1, 4])
def test_what_is_shared_at_the_fork_changes_no_byte(model, fields, num_inference_steps):
    engine = StyleEngine(model)
    asked = request(num_inference_steps=num_inference_steps, **fields)
    for picture in engine.sweep(asked, (0.5, -1, 1.5, 0)):
        assert same(picture, StyleEngine(model, cache_bytes=0).render(picture.request))


@pytest.mark.parametrize(
    "changed",
    [
        {"direction": "phrase"},
        {"guidance_scale": 1.0},
        {"guidance_until": 0.5},
        {"guidance_until": 0.0},
        {"negative_prompt": "night"},
        {"style": "cyberpunk"},
        {"seed": 8},
        {"num_inference_steps": 3},
        {"start": 0.5},
    ],
)
def test_another_fork_is_asked_anew(random_model, changed):
    engine = StyleEngine(random_model)
    asked = {"mode": "guide", "num_inference_steps": 2, "theta": 0.5}
    engine.render(request(**asked))
    other = request(**asked | changed)
    assert same(engine.render(other), StyleEngine(random_model, cache_bytes=0).render(other))
    before = engine.stats
    engine.render(other.with_theta(1.5))
    trunk = 1 if other.start else 0
    assert (engine.stats - before).unet_calls == other.num_inference_steps - trunk - 1


@pytest.mark.parametrize("guidance_scale", [1, 4])
def test_forks_of_two_and_of_three_rows_are_kept_apart(random_model, guidance_scale):
    """Here the base prompt is the style, so both directions ask for the same texts, but not always the same rows."""
    fields = {"prompt": "dog dog cat cat", "style": "dog cat", "mode": "guide", "theta": 0.5}
    engine = StyleEngine(random_model)
    for direction in Direction:
        asked = request(**fields, direction=direction, guidance_scale=guidance_scale)
        assert full_and_base(asked.prompt, asked.style)[1] == asked.style
        assert same(engine.render(asked), StyleEngine(random_model, cache_bytes=0).render(asked))


@pytest.mark.parametrize("name", parts.schedulers())
@pytest.mark.parametrize("mode", Mode)
def test_from_a_trunk_is_from_the_start(name, mode):
    model = parts.model(parts.schedulers()[name])
    engine = StyleEngine(model)
    asked = request(mode=mode, start=0.5, num_inference_steps=4)
    for theta in (0.5, 1, 0, 0.5):
        fresh = StyleEngine(model, cache_bytes=0).render(asked.with_theta(theta))
        assert same(engine.render(asked.with_theta(theta)), fresh)


def test_modes_share_a_trunk_where_they_begin_alike(random_model):
    engine = StyleEngine(random_model)
    for mode in (Mode.WEAKEN, Mode.AUGMENT, Mode.GUIDE):
        engine.render(request(mode=mode, theta=0.5, start=0.5, num_inference_steps=4))
    assert engine.stats.unet_calls == 2 + 3 * 2


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt": "a cat"},
        {"style": "van gogh"},
        {"seed": 4},
        {"guidance_scale": 3},
        {"guidance_until": 0.25},
        {"negative_prompt": "a cat"},
        {"num_inference_steps": 6},
        {"start": 0.25},
        {"mode": Mode.INTERPOLATE},
    ],
)
def test_another_beginning_has_another_trunk(random_model, changed):
    engine = StyleEngine(random_model)
    asked = {"theta": 0.5, "start": 0.5, "num_inference_steps": 4}
    engine.render(request(**asked))
    before = engine.stats.unet_calls
    last = request(**{**asked, **changed})
    picture = engine.render(last)
    assert engine.stats.unet_calls - before == last.num_inference_steps
    assert same(picture, StyleEngine(random_model, cache_bytes=0).render(last))


# The live variant


@pytest.fixture
def lively():
    """Random parts, with a live variant: another UNet, under another scheduler."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        unet = parts.unet().eval()
    model = parts.model()
    live = dataclasses.replace(model, unet=unet, scheduler=parts.schedulers()["DDIM, v-prediction"])
    return dataclasses.replace(model, live=live)


@pytest.mark.parametrize("mode", Mode)
def test_the_live_variant_is_its_unet_and_scheduler_on_the_same_text_and_noise(lively, mode):
    engine = StyleEngine(lively)
    asked = request(mode=mode, theta=0.5, start=0.5, num_inference_steps=4, guidance_scale=1.0)
    engine.render(asked)
    before = engine.stats
    picture = engine.render(dataclasses.replace(asked, live=True))
    assert (engine.stats - before).text_encodes == 0
    assert (engine.stats - before).unet_calls == 4  # nothing of the other's trunk
    assert same(picture, StyleEngine(lively.live, cache_bytes=0).render(asked))
    assert not same(picture, engine.render(asked))


def test_a_model_without_a_live_variant_says_so(random_model):
    with pytest.raises(BadRequest, match="live must be false: random has no live variant, got True"):
        StyleEngine(random_model).render(request(live=True))


# Previews


@pytest.fixture
def previewed():
    """Random parts with a small decoder beside the full one."""
    return dataclasses.replace(parts.model(), preview_vae=parts.vae("AutoencoderTiny").eval())


def test_a_preview_is_the_same_latents_and_the_picture_then_costs_one_decode(previewed):
    engine = StyleEngine(previewed)
    small = dataclasses.replace(previewed, vae=previewed.preview_vae, preview_vae=None)
    preview = engine.render(request(theta=0.5), preview=True)
    assert preview.preview and same(preview, StyleEngine(small).render(request(theta=0.5)))
    before = engine.stats
    picture = engine.render(request(theta=0.5))
    assert engine.stats - before == Stats(decodes=1, cache_hits=1)
    assert not picture.preview and same(picture, StyleEngine(previewed, cache_bytes=0).render(request(theta=0.5)))


def test_a_preview_is_kept_and_gives_way_to_the_picture(previewed):
    engine = StyleEngine(previewed)
    first = engine.render(request(), preview=True)
    again = engine.render(request(), preview=True)
    assert again.preview and again.from_cache and same(first, again)
    picture = engine.render(request())
    better = engine.render(request(), preview=True)
    assert not better.preview and better.from_cache and same(better, picture)


def test_a_live_variant_may_have_a_small_decoder_of_its_own(lively, previewed):
    live = dataclasses.replace(lively.live, preview_vae=previewed.preview_vae)
    engine = StyleEngine(dataclasses.replace(lively, live=live))
    assert not engine.render(request(), preview=True).preview
    preview = engine.render(request(live=True), preview=True)
    small = dataclasses.replace(live, vae=live.preview_vae, preview_vae=None)
    assert preview.preview and same(preview, StyleEngine(small).render(request()))
    before = engine.stats
    picture = engine.render(request(live=True))
    assert engine.stats - before == Stats(decodes=1, cache_hits=1)
    assert same(picture, StyleEngine(live, cache_bytes=0).render(request()))


def test_a_preview_on_fewer_cores_lends_nothing_to_the_picture(lively, previewed, monkeypatch):
    """Sums of another number of threads may be rounded otherwise, so nothing of it is used again but text and noise."""
    live = dataclasses.replace(lively.live, preview_vae=previewed.preview_vae, preview_cores=1)
    engine = StyleEngine(dataclasses.replace(lively, live=live))
    seen = []
    with monkeypatch.context() as context:
        context.setattr("styleaug.engine.on_cores", lambda count: seen.append(count) or nullcontext())
        asked = request(live=True, start=0.5, num_inference_steps=4)
        assert engine.render(asked, preview=True).preview
        assert set(seen) == {1}
        before = engine.stats
        picture = engine.render(asked)
    assert set(seen) == {1, None}
    assert (engine.stats - before).unet_calls == 4
    assert same(picture, StyleEngine(live, cache_bytes=0).render(dataclasses.replace(asked, live=False)))


@pytest.fixture
def drafting(lively, previewed):
    """A model with a live variant whose previews take two steps."""
    live = dataclasses.replace(lively.live, preview_vae=previewed.preview_vae, preview_cores=1, preview_steps=2)
    return dataclasses.replace(lively, live=live)


def grid(mode):
    low, high = mode.theta_range
    return [low + (high - low) * corner / PREVIEW_CELLS for corner in range(PREVIEW_CELLS + 1)]


def live_request(**fields):
    return request(live=True, num_inference_steps=4, guidance_scale=1.0, **fields)


@pytest.mark.parametrize("mode", Mode)
def test_at_the_corners_of_its_grid_a_preview_is_the_picture_in_fewer_steps(drafting, mode):
    small = dataclasses.replace(drafting.live, vae=drafting.live.preview_vae, preview_vae=None)
    for theta in (grid(mode)[2], mode.theta_range[1]):
        preview = StyleEngine(drafting).render(live_request(mode=mode, theta=theta), preview=True)
        asked = request(mode=mode, theta=theta, num_inference_steps=2, guidance_scale=1.0)
        assert preview.preview and same(preview, StyleEngine(small).render(asked))


def test_a_preview_of_no_more_steps_than_it_may_take_takes_them(drafting):
    engine = StyleEngine(drafting)
    engine.render(request(live=True, num_inference_steps=1, guidance_scale=1.0), preview=True)
    assert engine.stats.unet_calls == 1


@pytest.mark.parametrize("mode", [Mode.WEAKEN, Mode.AUGMENT, Mode.INTERPOLATE])
def test_between_corners_a_preview_begins_on_the_line_between_them(drafting, mode, monkeypatch):
    """Near to what it is without the grid, nearer on a finer one, and after its corners for one call of the UNet."""
    small = dataclasses.replace(drafting.live, vae=drafting.live.preview_vae, preview_vae=None)
    low, high = mode.theta_range
    theta = low + 0.34 * (high - low)
    exact = pixels(
        StyleEngine(small).render(request(mode=mode, theta=theta, num_inference_steps=2, guidance_scale=1.0))
    )

    def distance(cells):
        monkeypatch.setattr("styleaug.engine.PREVIEW_CELLS", cells)
        engine = StyleEngine(drafting)
        for corner in grid(mode):
            engine.render(live_request(mode=mode, theta=round(corner, 2)), preview=True)
        before = engine.stats
        preview = engine.render(live_request(mode=mode, theta=theta), preview=True)
        assert (engine.stats - before).unet_calls == 1
        return np.abs(pixels(preview).astype(int) - exact.astype(int)).mean()

    assert distance(PREVIEW_CELLS) < distance(1) < 3 and distance(PREVIEW_CELLS) < 0.2


def test_where_theta_moves_more_than_a_text_previews_have_no_grid(drafting):
    engine = StyleEngine(drafting)
    asked = live_request(mode=Mode.INTERPOLATE, second_seed=5)
    for theta in (0.0, 0.25, 0.3):
        before = engine.stats
        engine.render(asked.with_theta(theta), preview=True)
        assert (engine.stats - before).unet_calls == 2


def test_the_picture_itself_has_all_its_steps_and_no_grid(drafting):
    engine = StyleEngine(drafting)
    for theta in (0.25, 0.3, 0.375):
        engine.render(live_request(theta=theta), preview=True)
    before = engine.stats
    picture = engine.render(live_request(theta=0.3))
    assert (engine.stats - before).unet_calls == 4
    assert same(
        picture,
        StyleEngine(drafting.live, cache_bytes=0).render(request(theta=0.3, num_inference_steps=4, guidance_scale=1.0)),
    )


def test_without_a_small_decoder_every_picture_is_the_picture(random_model):
    engine = StyleEngine(random_model)
    picture = engine.render(request(), preview=True)
    assert not picture.preview and engine.render(request()).from_cache


def test_a_preview_can_be_hidden(previewed):
    hides_all = SimpleNamespace(hides=lambda images: [True] * len(images))
    engine = StyleEngine(dataclasses.replace(previewed, safety=hides_all))
    assert engine.render(request(), preview=True).hidden and engine.render(request()).hidden


def test_a_second_seed_has_no_trunk(random_model):
    asked = request(mode=Mode.INTERPOLATE, second_seed=5, start=0.5, num_inference_steps=4)
    engine = StyleEngine(random_model)
    for theta in (0.25, 0.75):
        fresh = StyleEngine(random_model, cache_bytes=0).render(asked.with_theta(theta))
        assert same(engine.render(asked.with_theta(theta)), fresh)


def test_a_cancelled_trunk_is_not_kept(random_model):
    engine = StyleEngine(random_model)
    asked = request(start=0.75, theta=0.5, num_inference_steps=4)
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        engine.render(asked, cancelled=lambda: next(answers))
    assert same(engine.render(asked), StyleEngine(random_model, cache_bytes=0).render(asked))


def test_pndm_counts_its_extra_call():
    stats = StyleEngine(parts.model(parts.schedulers()["PNDM"])).render(request(num_inference_steps=5)).stats
    assert stats.unet_calls == 6


def test_a_cancelled_render_stops_before_the_next_call(random_model):
    engine = StyleEngine(random_model)
    seen = []
    with pytest.raises(Cancelled):
        engine.render(request(), cancelled=lambda: len(seen) == 2, on_step=seen.append)
    assert engine.stats.unet_calls == 2 and engine.stats.decodes == 0
    again = engine.render(request())
    assert same(again, StyleEngine(random_model).render(request()))


def test_a_render_cancelled_before_it_begins_does_nothing(random_model):
    engine = StyleEngine(random_model)
    with pytest.raises(Cancelled):
        engine.render(request(), cancelled=lambda: True)
    assert engine.stats == Stats()


def test_a_cancelled_sweep_stops(random_model):
    engine = StyleEngine(random_model)
    shown = []
    with pytest.raises(Cancelled):
        for picture in engine.sweep(request(), THETAS, cancelled=lambda: len(shown) == 1):
            shown.append(picture)
    assert len(shown) == 1 and engine.stats.unet_calls == STEPS


def test_a_closed_sweep_stops(random_model):
    engine = StyleEngine(random_model)
    sweep = engine.sweep(request(), THETAS)
    assert engine.stats == Stats()
    next(sweep)
    done = engine.stats
    sweep.close()
    assert list(sweep) == [] and engine.stats == done
    assert done.unet_calls == STEPS


def test_progress_rises_to_one(random_model):
    engine = StyleEngine(random_model)
    steps = []
    engine.render(request(num_inference_steps=4), on_step=steps.append)
    assert steps == [0.25, 0.5, 0.75, 1.0]
    steps.clear()
    list(engine.sweep(request(num_inference_steps=2, seed=1), [0, 1], on_step=steps.append))
    assert steps == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("bucket", [1, 4, 8])
@pytest.mark.parametrize("calls", [1, 2, 3, 5, 8])
def test_a_superseded_sweep_ends_with_the_call_it_is_in(random_model, bucket, calls):
    """Wherever it is: in the trunk, at the fork, among many calls for one step."""
    engine = StyleEngine(random_model, bucket=bucket)
    asked = request(mode="guide", start=0.5, num_inference_steps=6)
    with pytest.raises(Cancelled):
        list(engine.sweep(asked, GUIDED, cancelled=lambda: engine.stats.unet_calls >= calls))
    assert engine.stats.unet_calls == calls


# The cache


@pytest.mark.parametrize("max_bytes", [0, 3, 4, 100, 4000])
def test_what_is_kept_stays_in_its_bound_over_ten_thousand_keys(max_bytes):
    cache, sizes = _Cache(max_bytes), (1, 3, 4, 17, 101)
    kept = {size: torch.zeros(size, dtype=torch.uint8) for size in sizes}
    for key in range(10_000):
        cache.put(key, kept[sizes[key % len(sizes)]])
        if key % 1000 == 999:
            assert sum(value.nbytes for each in range(key + 1) if (value := cache.get(each)) is not None) <= max_bytes
    cache.clear()
    assert all(cache.get(key) is None for key in range(10_000))


def test_what_a_caller_does_to_an_image_stays_there(random_model):
    engine = StyleEngine(random_model)
    first = engine.render(request())
    expected = pixels(first).copy()
    first.image.paste((0, 0, 0), (0, 0, *first.image.size))
    second = engine.render(request())
    assert np.array_equal(pixels(second), expected)
    second.image.paste((0, 0, 0), (0, 0, *second.image.size))
    assert np.array_equal(pixels(engine.render(request())), expected)


def test_the_cache_forgets_the_oldest_first_and_stays_in_its_bound(random_model):
    requests = [request(seed=seed, theta=0.1) for seed in range(3)]
    embeds, noise = random_model.encode("a").nbytes, torch.zeros(1, *random_model.latent_shape).nbytes
    picture = 3 * random_model.image_size[0] * random_model.image_size[1]
    engine = StyleEngine(random_model, cache_bytes=4 * embeds + 2 * noise + 2 * picture)
    for asked in requests:
        engine.render(asked)
    assert engine.render(requests[2]).from_cache and engine.render(requests[1]).from_cache
    again = engine.render(requests[0])
    assert not again.from_cache
    assert same(again, StyleEngine(random_model).render(requests[0]))


def test_clear_forgets_everything_but_the_counts(random_model):
    engine = StyleEngine(random_model)
    first = engine.render(request()).stats
    engine.clear()
    assert engine.render(request()).stats == first
    assert engine.stats == first + first


# What cannot be done


@pytest.mark.parametrize(
    ("fields", "field", "cut"),
    [
        ({"prompt": "a dog " * 8}, "prompt", "a dog"),
        ({"style": "a cat " * 8}, "style", "a cat"),
        ({"negative_prompt": "a night " * 8}, "negative_prompt", "a night"),
        ({"prompt": "a dog " * 6, "style": "in the jungle"}, "prompt", "jungle"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_with_the_words_that_are_cut(random_model, fields, field, cut):
    engine = StyleEngine(random_model)
    for ask in (engine.render, lambda asked: engine.sweep(asked, THETAS)):
        with pytest.raises(BadRequest, match=f"must fit the model's 16 tokens.* these words are cut: {cut},") as caught:
            ask(request(**fields))
        assert caught.value.field == field
    assert engine.stats == Stats()


def test_interpolate_does_not_join_its_prompts(random_model):
    asked = request(mode="interpolate", prompt="a dog " * 7, style="a cat " * 7)
    StyleEngine(random_model).render(asked)


def test_a_sweep_checks_every_theta_before_the_first_picture(random_model):
    engine = StyleEngine(random_model)
    for bad in (3.0, float("nan"), "0.5"):
        with pytest.raises(BadRequest, match=r"^theta must be between"):
            engine.sweep(request(), [0.0, bad])
    assert engine.stats == Stats()


def test_numbers_that_overflow_are_an_error_and_not_kept(random_model):
    unet = copy.deepcopy(random_model.unet)
    unet.conv_out.bias.data.fill_(float("nan"))
    engine = StyleEngine(dataclasses.replace(random_model, unet=unet))
    for _ in range(2):
        with pytest.raises(NonFiniteError):
            engine.render(request())
    assert engine.stats.decodes == 0 and engine.stats.unet_calls == 2 * STEPS


def test_unknown_words_are_named_and_rendered_all_the_same(random_model):
    asked = request(prompt="a whale", style="Rococo", negative_prompt="fog")
    picture = StyleEngine(random_model).render(asked)
    assert picture.unknown_words == ("whale", "Rococo", "fog")
    assert not picture.from_cache


# A picture


def test_a_picture_says_what_it_is(model):
    picture = StyleEngine(model).render(request(theta=0.5))
    assert (picture.request, picture.model) == (request(theta=0.5), model.name)
    assert picture.image.mode == "RGB" and picture.image.size == model.image_size[::-1]
    assert picture.seconds > 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        picture.seconds = 0


def test_a_saved_picture_carries_its_recipe_and_is_the_same_file_again(random_model, tmp_path):
    picture = StyleEngine(random_model).render(request(theta=0.3))
    picture.save(tmp_path / "a.png")
    recipe = read_recipe(tmp_path / "a.png")
    assert recipe == Recipe("random", request(theta=0.3))
    StyleEngine(random_model).render(recipe.request).save(str(tmp_path / "b.png"))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_picture_that_cannot_be_saved_leaves_nothing_behind(random_model, tmp_path):
    picture = StyleEngine(random_model).render(request())
    (tmp_path / "a.png").mkdir()
    for path in (tmp_path / "a.png", tmp_path / "no" / "a.png"):
        with pytest.raises(OSError):
            picture.save(path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_stats_add_and_subtract():
    one, two = Stats(1, 2, 3, 4, 5), Stats(10, 20, 30, 40, 50)
    assert one + two == Stats(11, 22, 33, 44, 55)
    assert two - one == Stats(9, 18, 27, 36, 45)

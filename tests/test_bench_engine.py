"""The bench of the engine on seeded random parts: its gate, its counts and its report, never a time."""

import dataclasses
import json
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import parts
import pytest
import torch
from PIL import Image
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from styleaug.__main__ import main
from styleaug.bench import BenchRefused, resident_bytes, rotated
from styleaug.bench.arms import (
    BASELINE,
    COLD,
    COMPILED,
    NEW_PROMPT,
    NEW_THETA,
    REPEAT,
    THREE_ROWS,
    Arm,
    Baseline,
    all_arms,
)
from styleaug.bench.counting import counted
from styleaug.bench.engine import HEAD, clock, compare, gate, measure, table
from styleaug.bench.flops import flops_a_row
from styleaug.bench.memory import measure_memory
from styleaug.bench.random_model import SIZES, random_model
from styleaug.bench.single import measure_single
from styleaug.bench.single import table as single_table
from styleaug.bench.sweeps import Sweep, standard_sweeps
from styleaug.compiled import compiled
from styleaug.engine import Stats, StyleEngine
from styleaug.flat import FlatUnet
from styleaug.request import Mode, Request

STEPS, ROUNDS = 4, 2
OURS = (COLD, NEW_THETA, REPEAT, NEW_PROMPT)
STOCK, SEMANTIC = "StableDiffusionPipeline, per θ", "SemanticStableDiffusionPipeline"
OFFSET, COMPEL = "clip-slider's way: text and an offset", "compel's weights"
ARMS = [*OURS, BASELINE, THREE_ROWS, STOCK, SEMANTIC, OFFSET, COMPEL]


@pytest.fixture(scope="module")
def report(random_model):
    """As on a machine without compel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "compel", None)
        return measure(random_model, rounds=ROUNDS, frames=(3, 5), num_inference_steps=STEPS)


def rows_of(report, name):
    """The arms of one sweep."""
    [sweep] = [sweep for sweep in report["sweeps"] if sweep["sweep"].startswith(name)]
    return {arm["arm"]: arm for arm in sweep["arms"]}


def arms_of(sweep):
    """The names of the arms that a sweep must have."""
    return [name for name in ARMS if name != THREE_ROWS or sweep["request"]["mode"] == "guide"]


def counts(arm):
    return tuple(arm["counts"][name] for name in ("unet_rows", "unet_calls", "text_encodes", "decodes"))


# Counts


def test_every_sweep_has_every_arm(report):
    names = [sweep["sweep"].partition(",")[0] for sweep in report["sweeps"]]
    assert names == [
        "5 stops of guide: start 0.4",
        "5 stops of augment: start 0.25",
        "3 stops of guide: start 0",
        "3 stops of augment: start 0",
    ]
    for sweep in report["sweeps"]:
        assert [arm["arm"] for arm in sweep["arms"]] == arms_of(sweep)


def test_the_counts_of_guide_from_a_trunk(report):
    """θ = −1, −0.25, 0.5, 1.25, 2 over 4 steps, two of them before 0.4."""
    arms = rows_of(report, "5 stops of guide")
    trunk, rest, plain, guided = 2, 2, 1, 4  # of θ, one is a prompt's own picture
    rows = trunk * 2 + (plain * 2 + 3) + (rest - 1) * (plain * 2 + guided * 3)
    calls = trunk + (plain + 1) + (rest - 1) * (plain + guided)
    assert counts(arms[COLD]) == (rows, calls, 3, 5)  # "", full, base
    assert counts(arms[NEW_PROMPT]) == (rows, calls, 2, 5)  # "" is there
    assert counts(arms[NEW_THETA]) == (3 * (rest - 1), rest - 1, 0, 1)
    assert counts(arms[REPEAT]) == (0, 0, 0, 0)
    alone = 5 * trunk * 2 + rest * (plain * 2 + guided * 3)
    assert counts(arms[BASELINE]) == (alone, 5 * STEPS, 0, 5)
    assert counts(arms[THREE_ROWS]) == (5 * STEPS * 3, 5 * STEPS, 0, 5)
    assert counts(arms[SEMANTIC]) == (5 * STEPS * 3, 5 * STEPS, 5 * 3, 5)


def test_the_counts_of_augment_from_the_beginning(report):
    arms = rows_of(report, "3 stops of augment")
    work = (3 * STEPS * 2, 3 * STEPS)
    assert counts(arms[COLD]) == (*work, 4, 3)  # "", full, base, style
    assert counts(arms[BASELINE]) == (*work, 0, 3)
    assert counts(arms[STOCK]) == (*work, 3 * 4, 3)
    assert counts(arms[OFFSET]) == (*work, 3 * 2, 3)
    assert counts(arms[NEW_THETA]) == (STEPS * 2, STEPS, 0, 1)


def test_parts_are_counted_whoever_asks_and_only_while_they_are(random_model):
    engine = StyleEngine(random_model)
    asked = Request(prompt="a dog", style="a cat", mode="guide", theta=0.5, num_inference_steps=2)
    with counted(random_model) as tally:
        engine.render(asked)
    assert tally.stats == dataclasses.replace(engine.stats, cache_hits=0) != Stats()
    before = tally.stats
    engine.render(dataclasses.replace(asked, seed=1))
    assert tally.stats == before


# The gate


def test_arms_that_claim_the_baselines_pictures_have_them(report):
    for sweep in report["sweeps"]:
        exact = {arm["arm"] for arm in sweep["arms"] if arm["exact"]}
        text_moves = sweep["request"]["mode"] == "augment"
        assert exact == {*OURS, BASELINE, *([STOCK] if text_moves else [])}


@pytest.mark.parametrize("name", parts.schedulers())
@pytest.mark.parametrize("mode", [Mode.GUIDE, Mode.AUGMENT])
@pytest.mark.parametrize("settings", [{"start": 0.5}, {"guidance_scale": 1.0}])
def test_the_gate_lets_pass_what_is_the_same_under_every_scheduler(name, mode, settings):
    model = parts.model(parts.schedulers()[name])
    asked = Request(prompt="a dog", style="a cat", mode=mode, num_inference_steps=STEPS, **settings)
    baseline = Baseline(model)
    arms = [arm for arm in all_arms(model, asked, baseline) if arm.exact]
    assert [arm.name for arm in arms][:5] == [*OURS, BASELINE]
    gate(arms, baseline.picture, (0.0, 0.5, 1.0))


def test_three_rows_always_are_the_baselines_pictures_to_rounding(random_model):
    asked = Request(prompt="a dog", style="monet style", mode="guide", start=0.5, num_inference_steps=STEPS)
    baseline = Baseline(random_model)
    [arm] = [arm for arm in all_arms(random_model, asked, baseline) if arm.name == THREE_ROWS]
    for request, image in arm.run((-1.0, 0.0, 1.5), 0).items():
        difference = np.asarray(image, int) - np.asarray(baseline.picture(request), int)
        assert abs(difference).max() <= 1


def painted(request, level=0):
    return {request: Image.new("RGB", (2, 2), (0, 0, level))}


def test_the_gate_refuses_an_arm_that_differs_by_one_level(random_model):
    asked = Request(prompt="a dog", style="a cat", theta=0.5)

    def arms(level, exact=True):
        return [
            Arm(BASELINE, lambda thetas, number: painted(asked), exact=True),
            Arm("other", lambda thetas, number: painted(asked, level), exact=exact),
        ]

    sweep = Sweep(asked, (0.5, 0.5))
    expected = painted(asked).get
    gate(arms(0), expected, sweep.thetas)
    gate(arms(1, exact=False), expected, sweep.thetas)
    message = "no figures: other claims the baseline's picture, and makes another at theta 0.5"
    with pytest.raises(BenchRefused, match=message):
        gate(arms(1), expected, sweep.thetas)
    with pytest.raises(BenchRefused, match=message):
        compare(arms(1), expected, random_model, sweep, 1)


def test_an_arm_that_differs_in_a_later_round_is_refused_too(random_model):
    asked = Request(prompt="a dog", style="a cat", theta=0.5)
    arms = [
        Arm(BASELINE, lambda thetas, number: painted(asked), exact=True),
        Arm("other", lambda thetas, number: painted(asked, level=number), exact=True),
    ]
    compare(arms, painted(asked).get, random_model, Sweep(asked, (0.5, 0.5)), 1)
    with pytest.raises(BenchRefused):
        compare(arms, painted(asked).get, random_model, Sweep(asked, (0.5, 0.5)), 2)


def test_the_other_arms_run_diffusers_own_unet_and_not_what_we_made_of_it(random_model):
    model = dataclasses.replace(random_model, flat_unet=FlatUnet(random_model.unet))
    laid_flat = []
    model.flat_unet.register_forward_hook(lambda *_: laid_flat.append(True))
    asked = Request(prompt="a dog", style="a cat", mode="guide", start=0.5, num_inference_steps=2)
    arms = {arm.name: arm.run for arm in all_arms(model, asked, Baseline(model)) if arm.run is not None}
    for name in arms.keys() - set(OURS):
        arms[name]([0.5, 1.0], 0)
        assert not laid_flat, name
    arms[COLD]([0.5, 1.0], 0)
    assert laid_flat


def test_with_a_bucket_ours_claims_nothing(random_model):
    model = dataclasses.replace(random_model, bucket=4)
    arms = all_arms(model, Request(prompt="a", style="b"), Baseline(model))
    assert not any(arm.exact for arm in arms if arm.name in OURS)


def test_compiled_ours_claims_nothing_and_an_arm_shows_what_compiling_does_alone(random_model):
    told = []
    model = compiled(random_model, 3, told.append, backend="eager")
    report = measure(model, rounds=1, frames=(2,), num_inference_steps=2, modes=[Mode.AUGMENT])
    assert report["run"] == {
        "dtype": "float32",
        "bucket": 3,
        "compiled": True,
        "flops_a_row": flops_a_row(random_model),
    }
    assert "; ours in a bucket of 3, the UNet compiled" in table(report)
    for sweep in report["sweeps"]:
        arms = {arm["arm"]: arm for arm in sweep["arms"]}
        assert {name for name, arm in arms.items() if arm["exact"]} == {BASELINE, STOCK}
        assert counts(arms[COMPILED]) == counts(arms[BASELINE]) == (2 * 2 * 2, 2 * 2, 0, 2)
        assert arms[COLD]["counts"]["unet_rows"] == 3 * arms[COLD]["counts"]["unet_calls"] > 0
    assert [text for text in told if "compiling" in text] == [
        f"compiling the UNet for {rows} rows: this takes a minute or two" for rows in (3, 2)
    ]


# The report


def test_what_is_not_installed_has_no_figure(report):
    assert "compel" not in report["machine"]["versions"]
    for sweep in report["sweeps"]:
        assert sweep["arms"][-1] == {"arm": COMPEL, "exact": False, "installed": False}
    assert f"| {COMPEL} | no | not installed |" in table(report)


def test_compel_weighs_the_style_where_it_is_installed(random_model, monkeypatch):
    """A stand-in for the package (it asks for older libraries than ours): which texts it is given, and what becomes of
    its embeds."""
    asked = Request(prompt="a dog", style="monet style", num_inference_steps=1)
    texts = []

    class Compel:
        def __init__(self, tokenizer, text_encoder, dtype_for_device_getter):
            assert (tokenizer, text_encoder) == (random_model.tokenizer, random_model.text_encoder)

        def __call__(self, text):
            texts.append(text)
            return random_model.encode("a dog") * (1 + len(texts))

    module = ModuleType("compel")
    module.Compel, module.__spec__ = Compel, ModuleSpec("compel", None)
    monkeypatch.setitem(sys.modules, "compel", module)
    [arm] = [arm for arm in all_arms(random_model, asked, Baseline(random_model)) if arm.name == COMPEL]
    first, second = arm.run([0.0, 1.0], 0).values()
    assert first.tobytes() != second.tobytes()
    assert [text for text in texts if text] == ["a dog (monet style)1.0000", "a dog (monet style)2.0000"]


def test_every_arm_but_the_repeat_follows_theta(random_model):
    asked = Request(prompt="a dog", style="monet style", mode="guide", num_inference_steps=2)
    for arm in all_arms(random_model, asked, Baseline(random_model)):
        if arm.run is not None and arm.name != NEW_THETA:
            assert len({image.tobytes() for image in arm.run([-0.5, 0.5, 1.5], 0).values()}) == 3, arm.name


def test_the_table_holds_every_arm_of_every_sweep(report):
    lines = table(report).partition("**One picture**")[0].splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    expected = [name for sweep in report["sweeps"] for name in (HEAD[0], "---", *arms_of(sweep))]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == expected
    assert {row.count("|") for row in rows} == {len(HEAD) + 1}
    assert all(f"**{sweep['sweep']}**" in lines for sweep in report["sweeps"])
    assert "2 rounds" in lines[0]


def test_the_report_survives_json_and_says_where_it_was_measured(report):
    assert json.loads(json.dumps(report)) == report
    machine = report["machine"]
    assert {"python", "torch", "diffusers", "transformers"} <= set(machine["versions"])
    assert machine["threads"] == torch.get_num_threads() and machine["device"] == "cpu"
    run = report["run"]
    assert (run["dtype"], run["bucket"], run["compiled"]) == ("float32", 1, False)
    for sweep in report["sweeps"]:
        for arm in sweep["arms"][:-1]:
            most, seconds = run["flops_a_row"] * arm["counts"]["unet_rows"] / 1e12, arm["seconds"]["median"]
            assert 0 <= arm["unet_tflops_a_second"] <= 2 * most / seconds + 1e-4  # two turns: neither is twice the mean
            assert arm["pictures_a_second"] > 0
            assert 0 < arm["seconds"]["median"] <= arm["seconds"]["p95"]
            assert arm["times_as_fast"]["least"] <= arm["times_as_fast"]["median"]
            assert arm["arm"] != BASELINE or arm["times_as_fast"] == {"median": 1, "least": 1}
            guides = sweep["request"]["mode"] == "guide"
            assert (arm["times_as_fast_as_three_rows"] is not None) is guides
            assert arm["arm"] != THREE_ROWS or arm["times_as_fast_as_three_rows"] == {"median": 1, "least": 1}


def test_another_arm_begins_in_every_round():
    assert [rotated("abc", number) for number in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]


def test_the_sweeps_of_one_length_are_all_four(random_model):
    sweeps = standard_sweeps(random_model, [33])
    assert [len(sweep.thetas) for sweep in sweeps] == [33] * 4
    assert [sweep.request.num_inference_steps for sweep in sweeps] == [20, 20, 50, 50]
    assert [sweep.request.start for sweep in sweeps] == [0.4, 0.25, 0, 0]
    assert all((sweep.thetas[0], sweep.thetas[-1]) == sweep.request.mode.theta_range for sweep in sweeps)


def test_single_pictures_of_a_model_and_of_its_live_variant(random_model):
    live = dataclasses.replace(random_model, num_inference_steps=2)
    lively = dataclasses.replace(random_model, num_inference_steps=3, live=live)
    with counted(lively) as tally:
        rows = measure_single(lively, pictures=2)
    assert [(row["variant"], row["num_inference_steps"], row["pictures"]) for row in rows] == [
        ("full", 3, 2),
        ("live", 2, 2),
    ]
    assert tally.stats.decodes == 2 * (2 + 1) * 2  # a cold one and another θ; the repeat decodes nothing
    text = "\n".join(single_table(rows))
    assert "| full | 3 |" in text and "| live | 2 |" in text


def test_previews_have_a_row_of_their_own(random_model):
    small = parts.vae("AutoencoderTiny").eval()
    live = dataclasses.replace(random_model, num_inference_steps=4, preview_vae=small, preview_cores=1, preview_steps=2)
    rows = measure_single(dataclasses.replace(random_model, live=live), pictures=1)
    variants = [(row["variant"], row["num_inference_steps"]) for row in rows[1:]]
    assert variants == [("live", 4), ("live, previews", 2)]


def test_steps_and_guidance_are_those_of_every_sweep(random_model):
    sweeps = standard_sweeps(random_model, [33], 4, [Mode.AUGMENT], 1.0)
    assert [(each.request.num_inference_steps, each.request.guidance_scale) for each in sweeps] == [(4, 1.0)] * 2


def test_the_clock_waits_for_a_gpu(monkeypatch):
    waited = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    assert clock(torch.device("cpu")) <= clock(torch.device("cuda"))
    assert waited == [torch.device("cuda")]


def test_the_operations_of_a_row_are_those_of_stable_diffusion_1(random_model):
    """803 GF at 512², as DESIGN.md reckons; and of a small one, what a real call of the UNet is counted to be."""
    size = SIZES["sd14-512"]
    with torch.device("meta"):
        from diffusers import UNet2DConditionModel

        unet = UNet2DConditionModel(
            sample_size=size.latents,
            block_out_channels=size.unet_channels,
            layers_per_block=size.unet_layers,
            cross_attention_dim=size.text_width,
            attention_head_dim=size.unet_heads,
        )
    tokenizer = SimpleNamespace(model_max_length=size.tokens)
    large = SimpleNamespace(unet=unet, tokenizer=tokenizer, latent_shape=(4, size.latents, size.latents))
    assert flops_a_row(large) == pytest.approx(803.3e9, rel=1e-3)
    latents, prompt_embeds = torch.zeros(1, *random_model.latent_shape), random_model.encode("a dog")
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        random_model.predict_noise(latents, torch.tensor(5), prompt_embeds)
    assert flops_a_row(random_model) == counter.get_total_flops()


# Memory and random weights


def test_the_growth_of_the_process_is_measured_where_there_is_proc():
    measured = measure_memory(renders=12, settled=6)
    assert (measured["renders"], measured["settled"]) == (12, 6)
    assert (measured["grown_megabytes"] is None) == (resident_bytes() is None)
    assert resident_bytes(0) is None


def test_random_weights_are_the_same_every_time_and_paint():
    first, second = random_model("tiny"), random_model("tiny")
    asked = Request(prompt="a dog", style="Monet style", num_inference_steps=1)
    images = [StyleEngine(model).render(asked).image for model in (first, second)]
    assert images[0].size == (16, 16) and images[0].tobytes() == images[1].tobytes()


def test_random_weights_with_the_small_decoder_and_in_half_precision():
    model = random_model("tiny", dtype=torch.bfloat16, small_decoder=True)
    picture = StyleEngine(model).render(Request(prompt="a dog", style="Monet style", num_inference_steps=1))
    assert picture.image.size == (64, 64) and model.dtype == torch.bfloat16


def test_sd14_is_as_large_as_stable_diffusion_1():
    with torch.device("meta"):
        from diffusers import UNet2DConditionModel

        size = SIZES["sd14"]
        unet = UNet2DConditionModel(
            block_out_channels=size.unet_channels,
            layers_per_block=size.unet_layers,
            cross_attention_dim=size.text_width,
            attention_head_dim=size.unet_heads,
        )
    assert unet.num_parameters() == 859_520_964


# The command line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rounds", "0"], "rounds must be a whole number between 1 and 100, got 0"),
        (["--frames", "9", "1"], "frames must be a whole number between 2 and 100, got 1"),
        (["--steps", "201"], "steps must be a whole number between 1 and 200, got 201"),
        (["--modes", "weaken"], "modes must be guide or augment, got 'weaken'"),
        (["--bucket", "0"], "bucket must be a whole number between 1 and 1024, got 0"),
        (
            ["--bucket", "2", "--compile"],
            "bucket must be a whole number between 3 and 1024 with --compile, so that all calls have one size, got 2",
        ),
        (["--size", "huge"], "size must be tiny or sd14 or sd14-512, got 'huge'"),
        (["--size", "tiny", "--guidance-scale", "31"], "guidance_scale must be between 1 and 30, got 31"),
        (["--size", "tiny", "--model", "tiny"], "size must be left out where a model is named, got 'tiny'"),
        (["--json", "a.txt"], "json must end in .json, got 'a.txt'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(options, message, capsys):
    assert main(["bench", "engine", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.splitlines()[-1] == f"error: {message}"


def test_the_command_prints_a_table_and_json_last(capsys, tmp_path):
    out = tmp_path / "engine.json"
    options = ["--size", "tiny", "--rounds", "1", "--frames", "2", "--steps", "1", "--modes", "guide"]
    options += ["--guidance-scale", "1", "--small-decoder", "--bucket", "2", "--dtype", "float32"]
    assert main(["bench", "engine", *options, "--json", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    report = json.loads(lines[-1])
    assert report == json.loads(out.read_text()) and report["model"] == "random weights, tiny"
    assert [sweep["request"]["mode"] for sweep in report["sweeps"]] == ["guide", "guide"]
    assert [sweep["request"]["guidance_scale"] for sweep in report["sweeps"]] == [1, 1]
    assert report["run"]["bucket"] == 2
    assert lines[:-2] == table(report).splitlines()


def test_a_refusal_is_one_line_and_exit_code_two(capsys, monkeypatch):
    def refuse(*_, **__):
        raise BenchRefused("no figures")

    monkeypatch.setattr("styleaug.bench.engine.measure", refuse)
    assert main(["bench", "engine", "--size", "tiny"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.splitlines()[-1] == "error: no figures"

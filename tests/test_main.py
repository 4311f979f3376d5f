"""The command line, run in this process on the random model; once in a process of its own."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from PIL import Image

import styleaug.compiled
import styleaug.training
from styleaug.__main__ import main
from styleaug.compiled import CompiledUnet
from styleaug.engine import StyleEngine
from styleaug.loading import load_model
from styleaug.recipe import Recipe, read_recipe
from styleaug.request import Request

PROMPT = ["temple hidden in the jungle", "--style", "Monet style"]


@pytest.fixture
def run(capsys, model_folder):
    """Run a command on the random model: exit code, the last line of stdout if it is JSON, stderr."""

    def run(*arguments, model=True, steps=True):
        options = [*(["--model", str(model_folder)] if model else []), *(["--steps", "2"] if steps else [])]
        code = main([*map(str, arguments), *options])
        captured = capsys.readouterr()
        return code, json.loads(captured.out.splitlines()[-1]) if captured.out else None, captured.err

    return run


def test_render_writes_the_picture_and_reports_it(run, tmp_path, model_folder):
    out = tmp_path / "a.png"
    code, report, errors = run("render", *PROMPT, "--mode", "augment", "--theta", "0.3", "--seed", "7", "--out", out)
    asked = Request(prompt=PROMPT[0], style=PROMPT[2], theta=0.3, seed=7, num_inference_steps=2, guidance_scale=7.5)
    assert code == 0
    assert report["request"] == asked.to_dict()
    assert read_recipe(out) == Recipe("random", asked)
    counts = {name: report[name] for name in ("unet_rows", "unet_calls", "text_encodes", "decodes", "cache_hits")}
    assert counts == {"unet_rows": 4, "unet_calls": 2, "text_encodes": 4, "decodes": 1, "cache_hits": 0}
    assert (report["out"], report["model"], report["unknown_words"]) == (str(out), "random", [])
    assert report["seconds"] > 0
    assert "render: 100%" in errors
    expected = StyleEngine(load_model(model_folder, device="cpu")).render(asked)
    assert list(Image.open(out).getdata()) == list(expected.image.getdata())


def test_every_field_has_an_option(run, tmp_path):
    fields = {
        "prompt": "a dog",
        "style": "a cat",
        "mode": "interpolate",
        "theta": 0.5,
        "seed": 3,
        "second_seed": 4,
        "negative_prompt": "night",
        "num_inference_steps": 3,
        "guidance_scale": 2.5,
        "guidance_until": 0.75,
        "start": 0.25,
        "direction": "phrase",
        "span": "whole",
        "hold_norm": True,
        "live": False,
    }
    assert set(fields) == set(Request.__dataclass_fields__)
    options = [
        part
        for name, value in fields.items()
        if name not in ("prompt", "hold_norm", "live")
        for part in (f"--{name.replace('_', '-')}", value)
    ]
    code, report, _ = run(
        "render", "a dog", *options, "--hold-norm", "--no-live", "--out", tmp_path / "a.png", steps=False
    )
    assert code == 0 and report["request"] == fields


def test_a_recipe_makes_the_same_file_again(run, tmp_path):
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    run("render", *PROMPT, "--theta", "-0.5", "--mode", "guide", "--out", first)
    code, report, _ = run("render", "--recipe", first, "--out", second, steps=False)
    assert code == 0 and first.read_bytes() == second.read_bytes()
    assert report["request"]["num_inference_steps"] == 2


def test_options_change_a_recipe(run, tmp_path):
    run("render", *PROMPT, "--hold-norm", "--out", tmp_path / "a.png")
    options = ("--theta", "0.5", "--no-hold-norm", "--out", tmp_path / "b.png")
    _, report, _ = run("render", "--recipe", tmp_path / "a.png", *options)
    before = read_recipe(tmp_path / "a.png").request.to_dict()
    assert report["request"] == before | {"theta": 0.5, "hold_norm": False}


def test_a_recipe_of_a_model_that_is_not_known_here(run, tmp_path):
    run("render", *PROMPT, "--out", tmp_path / "a.png")
    code, _, errors = run("render", "--recipe", tmp_path / "a.png", "--out", tmp_path / "b.png", model=False)
    assert code == 2 and "error: model of this recipe is not known here" in errors


@pytest.mark.parametrize(
    ("options", "thetas"),
    [
        ((), [-1, -0.5, 0, 0.5, 1]),
        (("--mode", "interpolate"), [0, 0.25, 0.5, 0.75, 1]),
        (("--mode", "guide", "--theta-from", "0", "--theta-to", "2"), [0, 0.5, 1, 1.5, 2]),
        (("--theta-from", "0.5", "--theta-to", "-0.5"), [0.5, 0.25, 0, -0.25, -0.5]),
    ],
)
def test_sweep_draws_a_strip(run, tmp_path, options, thetas):
    out = tmp_path / "strip.png"
    code, report, errors = run("sweep", *PROMPT, *options, "--frames", "5", "--out", out)
    assert code == 0
    assert report["thetas"] == thetas and report["decodes"] == 5
    assert report["text_encodes"] <= 4
    assert "sweep: 100%" in errors
    with Image.open(out) as strip:
        assert strip.width > 5 * 16


def test_the_model_gives_the_defaults_and_the_options_win(run, tmp_path):
    """The random model is a folder, so its defaults are diffusers'."""
    _, report, _ = run("render", *PROMPT, "--out", tmp_path / "a.png", steps=False)
    assert (report["request"]["num_inference_steps"], report["request"]["guidance_scale"]) == (50, 7.5)
    _, report, _ = run("render", *PROMPT, "--guidance-scale", "1", "--out", tmp_path / "a.png")
    assert report["unet_rows"] == 2


def test_unknown_words_are_noted_on_stderr(run, tmp_path):
    code, report, errors = run("render", "a whale", "--style", "style", "--out", tmp_path / "a.png")
    assert code == 0 and report["unknown_words"] == ["whale"]
    assert "note: the model random does not know: whale" in errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["", "--style", "a"], "prompt must not be empty, got ''"),
        (["--style", "a"], "prompt must be given"),
        (["a"], "style must be given"),
        (["dog " * 20, "--style", "a"], "prompt must fit the model's 16 tokens; these words are cut: dog dog dog"),
        ([*PROMPT, "--theta", "nan"], "theta must be between -1 and 1 in augment mode, got nan"),
        ([*PROMPT, "--theta", "inf"], "theta must be between -1 and 1 in augment mode, got inf"),
        ([*PROMPT, "--theta", "3", "--mode", "weaken"], "theta must be between 0 and 1 in weaken mode, got 3"),
        ([*PROMPT, "--theta", "much"], "theta must be between -1 and 1 in augment mode, got 'much'"),
        ([*PROMPT, "--seed", "1.5"], "seed must be a whole number between 0 and 4294967295, got 1.5"),
        ([*PROMPT, "--seed", "-1"], "seed must be"),
        ([*PROMPT, "--seed", "4294967296"], "seed must be"),
        ([*PROMPT, "--mode", "enhance"], "mode must be one of interpolate, augment, weaken, guide, got 'enhance'"),
        ([*PROMPT, "--second-seed", "2"], "second_seed must be left out in augment mode"),
        ([*PROMPT, "--recipe", "no.png"], "recipe must be a picture that can be read, got 'no.png'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(run, tmp_path, options, message):
    out = tmp_path / "a.png"
    code, report, errors = run("render", *options, "--out", out)
    assert code == 2 and report is None
    assert f"error: {message}" in errors.splitlines()[-1]
    assert "Traceback" not in errors and not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--frames", "0"], "frames must be a whole number between 1 and 100, got 0"),
        (["--frames", "2.5"], "frames must be a whole number"),
        (["--frames", "many"], "frames must be a whole number"),
        (["--theta-from", "-2"], "theta must be between -1 and 1 in augment mode, got -2"),
        (["--theta-to", "nan"], "theta must be"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(run, tmp_path, options, message):
    code, report, errors = run("sweep", *PROMPT, *options, "--out", tmp_path / "a.png")
    assert code == 2 and report is None
    assert f"error: {message}" in errors and not list(tmp_path.iterdir())


@pytest.mark.parametrize("out", ["a.jpg", "a", "missing/a.png", "folder.png"])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(run, tmp_path, out):
    (tmp_path / "folder.png").mkdir()
    code, report, errors = run("render", *PROMPT, "--out", tmp_path / out)
    assert code == 2 and report is None
    assert errors.startswith("error: out must ") and errors.count("\n") == 1


def test_models_that_cannot_be_loaded(run, tmp_path):
    for model, message in (("enormous", "model must be tiny, sd14, "), (tmp_path, "There is no model in")):
        code, _, errors = run("render", *PROMPT, "--out", tmp_path / "a.png", "--model", model, model=False)
        assert code == 2 and f"error: {message}" in errors and "Traceback" not in errors


def test_a_bucket_and_a_dtype_are_for_the_model(run, tmp_path):
    options = ("--bucket", "4", "--dtype", "bfloat16", "--out", tmp_path / "a.png")
    code, report, _ = run("render", *PROMPT, *options)
    assert code == 0 and (report["unet_rows"], report["unet_calls"]) == (8, 2)
    code, report, _ = run("sweep", *PROMPT, *options, "--frames", "2")
    assert code == 0 and (report["unet_rows"], report["unet_calls"]) == (8, 2)


@pytest.mark.parametrize("command", ["render", "sweep"])
def test_a_bucket_that_cannot_be_is_refused_before_any_work(run, tmp_path, command):
    code, report, errors = run(command, *PROMPT, "--compile", "--bucket", "2", "--out", tmp_path / "a.png")
    assert code == 2 and report is None
    assert errors.startswith("error: bucket must be a whole number between 3 and 1024 with --compile")


def test_compile_is_announced_and_done_first(run, tmp_path, monkeypatch):
    class Quick(CompiledUnet):
        def __init__(self, unet, tell, backend):
            super().__init__(unet, tell, "eager")

    monkeypatch.setattr(styleaug.compiled, "CompiledUnet", Quick)
    code, _, errors = run("render", *PROMPT, "--compile", "--out", tmp_path / "a.png")
    assert code == 0
    begun, done = (
        errors.find("compiling the UNet for 3 rows: this takes a minute or two\ncompiled"),
        errors.find("render:"),
    )
    assert 0 <= begun < done


def test_train_is_handed_on(monkeypatch):
    seen = []
    fake = SimpleNamespace(
        add_arguments=lambda parser: parser.add_argument("--minutes", type=int),
        main=lambda arguments: seen.append(arguments.minutes),
    )
    monkeypatch.setitem(sys.modules, "styleaug.training.train", fake)
    monkeypatch.setattr(styleaug.training, "train", fake, raising=False)
    assert main(["train", "--minutes", "3"]) == 0
    assert seen == [3]


@pytest.mark.parametrize("arguments", [[], ["paint"], ["render", "a", "--style", "b"], ["render", "--what"]])
def test_wrong_usage_is_exit_code_two(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m styleaug" in capsys.readouterr().err


def test_as_a_process_of_its_own_stdout_is_one_line(model_folder, tmp_path):
    command = [sys.executable, "-m", "styleaug", "render", *PROMPT, "--steps", "2", "--model", str(model_folder)]
    done = subprocess.run([*command, "--out", str(tmp_path / "a.png")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and json.loads(done.stdout)["unet_calls"] == 2
    noise = [line for line in done.stderr.replace("\r", "\n").splitlines() if line and not line.startswith("render:")]
    assert noise == []

"""Every model known by name, in its own shape but small, from a cache of the Hub by the very path of the real one."""

import dataclasses
import re
import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import parts
import pytest
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

import styleaug.engine
from styleaug.conditioning import full_and_base
from styleaug.engine import StyleEngine
from styleaug.loading import ADAPTER_FILE, load_model
from styleaug.model import ModelError
from styleaug.registry import MODELS, Live
from styleaug.request import BadRequest, Mode, Request
from styleaug.trajectory import step_generator

FETCHED = [name for name in MODELS if name != "tiny"]
TURBO = EulerDiscreteScheduler(**parts.BETAS, timestep_spacing="trailing", prediction_type="epsilon")


def halve(folder):
    """Weights as the Hub's Stable Diffusion has them beside the full ones: a variant in half precision."""
    StableDiffusionPipeline.from_pretrained(folder, local_files_only=True).to(torch.float16).save_pretrained(
        folder, variant="fp16"
    )


def adapter(folder):
    """A LoRA for the small UNet, in the file that LCM-LoRA comes in."""
    unet = parts.model().unet
    with torch.random.fork_rng():
        torch.manual_seed(1)
        unet.add_adapter(LoraConfig(r=2, init_lora_weights=False, target_modules=["to_q", "to_k", "conv1"]))
    StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=get_peft_model_state_dict(unet))
    assert (folder / ADAPTER_FILE).is_file()
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of the Hub that holds every known model."""
    cache = tmp_path_factory.mktemp("hub")
    made = tmp_path_factory.mktemp("made")
    guarded = parts.model(parts.schedulers()["PNDM"])
    for name in ("sd14", "sd15"):
        folder = parts.save_with_filter(guarded, made / name, parts.safety_checker())
        if name == "sd15":
            halve(folder)
        parts.put_on_shelf(folder, MODELS[name].home, cache)
    parts.put_on_shelf(parts.save(parts.model(TURBO), made / "turbo"), MODELS["sd-turbo"].home, cache)
    parts.put_on_shelf(adapter(made / "lcm"), MODELS["sd15-lcm"].adapter, cache)
    parts.vae("AutoencoderTiny").save_pretrained(made / "taesd")
    parts.put_on_shelf(made / "taesd", MODELS["sd14"].small_decoder, cache)
    return cache


@pytest.fixture(params=FETCHED)
def known(request, cache):
    return load_model(request.param, device="cpu", cache=cache)


def test_revisions_are_whole_commits():
    for source in MODELS.values():
        for repository in (source.home, source.adapter, source.small_decoder):
            if repository is not None and source is not MODELS["tiny"]:
                assert re.fullmatch(r"[0-9a-f]{40}", repository.revision)


def test_a_known_model_is_its_source(known):
    source = MODELS[known.name]
    for mode, (low, high) in source.theta_ranges.items():
        assert mode.theta_range[0] <= low <= 0 <= high <= mode.theta_range[1]
        assert known.theta_range(mode) == (low, high)
    assert known.settings == {name: getattr(source, name) for name in known.settings}
    assert type(known.scheduler).__name__ == (
        source.scheduler or {"sd14": "PNDMScheduler", "sd-turbo": "EulerDiscreteScheduler"}[known.name]
    )
    assert (known.safety is None) == (known.name == "sd-turbo")
    assert known.dtype == torch.float32


@pytest.mark.parametrize("mode", Mode)
def test_theta_zero_is_the_plain_pipeline_and_the_end_the_other_prompt(known, mode):
    steps = min(2, known.num_inference_steps)
    asked = Request.from_dict(
        known.settings
        | {"prompt": "a dog", "style": "Monet style", "mode": mode, "seed": 3, "num_inference_steps": steps}
    )
    ends = {0.0: asked.prompt if mode is Mode.INTERPOLATE else full_and_base(asked.prompt, asked.style)[0]}
    if asked.start == 0:  # else the target's text comes too late for its own picture
        ends |= {Mode.INTERPOLATE: {1.0: asked.style}, Mode.WEAKEN: {1.0: "a dog"}, Mode.GUIDE: {-1.0: "a dog"}}.get(
            mode, {}
        )
    engine = StyleEngine(known)
    latents = styleaug.engine.initial_latents(asked.seed, known.latent_shape)
    for theta, prompt in ends.items():
        expected = parts.pipeline(known)(
            prompt,
            num_inference_steps=steps,
            guidance_scale=asked.guidance_scale,
            latents=latents,
            generator=step_generator(asked.seed),
        ).images[0]
        assert np.array_equal(engine.render(asked.with_theta(theta)).image, expected)
    assert engine.render(asked.with_theta(0.0)).from_cache
    moved = dataclasses.replace(asked, start=0.0, theta=0.5)
    assert not np.array_equal(engine.render(moved).image, engine.render(asked.with_theta(0.0)).image)


@pytest.mark.parametrize("mode", Mode)
def test_a_sweep_from_its_trunk_is_every_picture_from_the_start(known, mode):
    asked = Request.from_dict(
        known.settings | {"prompt": "a dog", "style": "Monet style", "mode": mode, "num_inference_steps": 3}
    )
    if mode is Mode.GUIDE:
        asked = dataclasses.replace(asked, start=0.5)
    thetas = [0.25, 1.0, 0.0]
    for picture in StyleEngine(known).sweep(asked, thetas):
        alone = StyleEngine(known, cache_bytes=0).render(picture.request)
        assert np.array_equal(picture.image, alone.image)


def test_an_adapter_is_folded_into_the_weights(cache):
    plain, fast = (load_model(name, device="cpu", cache=cache) for name in ("sd15", "sd15-lcm"))
    assert plain.unet.state_dict().keys() == fast.unet.state_dict().keys()
    inputs = torch.ones(1, *plain.latent_shape), torch.tensor(5), plain.encode("a dog")
    assert not torch.allclose(plain.predict_noise(*inputs), fast.predict_noise(*inputs), atol=1e-3)
    reference = parts.pipeline(plain)
    shelf = cache / f"models--{MODELS['sd15-lcm'].adapter.name.replace('/', '--')}" / "snapshots"
    reference.load_lora_weights(shelf / MODELS["sd15-lcm"].adapter.revision)
    expected = reference.unet(*inputs[:2], inputs[2]).sample
    torch.testing.assert_close(fast.predict_noise(*inputs), expected, atol=1e-5, rtol=1e-4)


def test_a_live_variant_is_the_same_model_with_its_own_unet(cache, monkeypatch):
    live = Live(adapter=MODELS["sd15-lcm"].adapter, scheduler="LCMScheduler", num_inference_steps=4)
    sources = {"sd15": dataclasses.replace(MODELS["sd15"], live=live), "sd15-lcm": MODELS["sd15-lcm"]}
    monkeypatch.setattr("styleaug.loading.MODELS", sources)
    model, alone = (load_model(name, device="cpu", cache=cache) for name in sources)
    assert model.live.settings == alone.settings
    assert type(model.live.scheduler).__name__ == "LCMScheduler"
    assert torch.equal(model.unet.conv_in.weight, parts.model().unet.conv_in.weight)
    for name, weight in alone.unet.state_dict().items():
        assert torch.equal(model.live.unet.state_dict()[name], weight)
    for part in ("text_encoder", "vae", "tokenizer", "safety"):
        assert getattr(model.live, part) is getattr(model, part)


def test_the_bundled_model_has_a_live_variant_of_four_rows():
    engine = StyleEngine(load_model("tiny", device="cpu"))
    asked = {"prompt": "castle", "style": "van Gogh", "mode": "weaken", "live": True}
    picture = engine.render(Request.from_dict(engine.model.variant(live=True).settings | asked))
    assert (picture.stats.unet_rows, picture.stats.unet_calls, picture.stats.decodes) == (4, 4, 1)
    full = engine.render(Request.from_dict(engine.model.settings | asked | {"live": False}), preview=True)
    assert full.stats.unet_rows == 20 and not full.preview
    assert full.stats.text_encodes == 1  # the empty text, for guidance; the others are there


def test_the_bundled_live_variants_previews_look_like_its_pictures():
    engine = StyleEngine(load_model("tiny", device="cpu"))
    settings = engine.model.variant(live=True).settings
    asked = Request.from_dict(settings | {"prompt": "castle", "style": "van Gogh", "mode": "weaken", "live": True})
    preview, picture = engine.render(asked, preview=True), engine.render(asked)
    assert preview.preview and not picture.preview
    assert preview.stats.unet_calls == 2
    assert (picture.stats.unet_calls, picture.stats.decodes) == (4, 1)  # nothing of the preview is good enough for it
    # From a distance: fine marks come out softer, of two steps and a small decoder, and that is the bargain.
    seen, painted = (np.asarray(each.image.reduce(8), dtype=float) for each in (preview, picture))
    assert np.abs(seen - painted).mean() < 0.4 * np.abs(painted - painted.mean(axis=(0, 1))).mean()


def test_half_precision_is_read_where_it_is_wanted(cache):
    """On a CPU the full weights, to the bit; where float16 is asked for, the smaller files."""
    full, half = (load_model("sd15", device="cpu", cache=cache, dtype=dtype) for dtype in (None, torch.float16))
    weights = parts.model().unet.conv_in.weight
    assert torch.equal(full.unet.conv_in.weight, weights) and torch.equal(half.unet.conv_in.weight, weights.half())


def test_a_small_decoder_takes_the_place_of_the_large_one(cache):
    small = load_model("sd14", device="cpu", cache=cache, small_decoder=True)
    assert type(small.vae).__name__ == "AutoencoderTiny"
    both = load_model("sd14", device="cpu", cache=cache, previews=True)
    assert [type(each).__name__ for each in (both.vae, both.preview_vae)] == ["AutoencoderKL", "AutoencoderTiny"]
    for name in ("sd-turbo", "tiny"):
        assert (load_model(name, device="cpu", cache=cache, previews=True).preview_vae is None) is (name == "tiny")
    with pytest.raises(BadRequest, match="model must have a small decoder"):
        load_model("tiny", small_decoder=True)


def test_one_part_that_lacks_its_files_is_not_whole(cache, tmp_path, monkeypatch):
    """Then it is to be fetched, which here is forbidden: the message names the repository, not a config.json."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    copy = shutil.copytree(cache, tmp_path / "hub", symlinks=True)
    snapshot = copy / "models--CompVis--stable-diffusion-v1-4" / "snapshots" / MODELS["sd14"].home.revision
    shutil.rmtree(snapshot / "vae")
    with pytest.raises(ModelError, match=r"^CompVis/stable-diffusion-v1-4 is not on this machine"):
        load_model("sd14", device="cpu", cache=copy)


def test_a_flipped_byte_in_the_cache_is_found(cache, tmp_path):
    copy = shutil.copytree(cache, tmp_path / "hub")  # with files in place of links: nothing to compare with
    assert load_model("sd-turbo", device="cpu", cache=copy)
    copy = shutil.copytree(cache, tmp_path / "linked", symlinks=True)
    snapshot = copy / "models--stabilityai--sd-turbo" / "snapshots" / MODELS["sd-turbo"].home.revision
    weights = snapshot / "unet" / "diffusion_pytorch_model.safetensors"
    blob = copy / "models--stabilityai--sd-turbo" / "blobs" / weights.readlink().name
    content = bytearray(blob.read_bytes())
    content[-9] ^= 1
    blob.write_bytes(content)
    weights.unlink()
    weights.symlink_to(blob)
    with pytest.raises(ModelError, match=r"damaged: unet/diffusion_pytorch_model\.safetensors"):
        load_model("sd-turbo", device="cpu", cache=copy)


def test_the_readme_tells_of_every_known_model():
    lines = (Path(__file__).parent.parent / "README.md").read_text().splitlines()
    cells = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]
    rows = {name: rest for name, *rest in cells}
    for name, source in MODELS.items():
        home, steps, guidance, size, licence = rows[name]
        assert (steps, guidance) == (str(source.num_inference_steps), f"{source.guidance_scale:g}")
        assert size == ("nothing" if name == "tiny" else f"{source.gigabytes} GB") and licence == source.licence
        for repository in (source.adapter, *([] if name in ("tiny", "sd15-lcm") else [source.home])):
            assert repository is None or repository.name in home

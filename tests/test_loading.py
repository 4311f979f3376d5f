import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import parts
import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from styleaug.cores import on_cores
from styleaug.engine import StyleEngine
from styleaug.loading import DTYPES, laid_out, load_model
from styleaug.model import ModelError
from styleaug.packed import packed
from styleaug.registry import BUNDLED
from styleaug.request import BadRequest, Request


@pytest.fixture
def folder(model_folder, tmp_path):
    """A model's folder that may be damaged."""
    return shutil.copytree(model_folder, tmp_path / "model")


def write_checksums(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}" for path in files]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")


def edit_json(path, **changes):
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | changes))


def test_importing_styleaug_loads_neither_diffusers_nor_transformers():
    check = "import sys, styleaug; print([name for name in ('diffusers', 'transformers') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("vae_kind", ["AutoencoderKL", "AutoencoderTiny"])
def test_a_saved_model_is_loaded_as_it_was(vae_kind, tmp_path):
    before = parts.model(parts.schedulers()["DPM++"], vae_kind=vae_kind, vocabulary=parts.vocabulary())
    after = load_model(parts.save(before, tmp_path / "mine"), device="cpu")
    assert after.name == "mine"
    assert after.vocabulary == before.vocabulary
    assert type(after.scheduler) is type(before.scheduler)
    assert (after.image_size, after.latent_shape) == (before.image_size, before.latent_shape)
    text = before.encode("a dog")
    latents = torch.randn((1, *before.latent_shape), generator=torch.Generator().manual_seed(0))
    assert torch.equal(after.encode("a dog"), text)
    timestep = torch.tensor(500)
    assert torch.equal(after.predict_noise(latents, timestep, text), before.predict_noise(latents, timestep, text))
    assert np.array_equal(after.decode(latents)[0], before.decode(latents)[0])


def test_a_model_is_what_plain_diffusers_makes_of_its_folder(model, model_folder):
    folder = BUNDLED if model.name == "tiny" else model_folder
    pipeline = StableDiffusionPipeline.from_pretrained(
        folder, safety_checker=None, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )
    pipeline.set_progress_bar_config(disable=True)
    loaded = load_model("tiny" if model.name == "tiny" else folder, device="cpu")
    assert loaded.dtype == torch.float32
    embeds, _ = pipeline.encode_prompt("a dog, monet style", torch.device("cpu"), 1, False)
    assert torch.equal(loaded.encode("a dog, monet style"), embeds)
    images = pipeline("a dog", num_inference_steps=1, generator=torch.Generator().manual_seed(0)).images
    assert images[0].size == loaded.image_size[::-1]
    latents = pipeline(
        "a dog", num_inference_steps=1, generator=torch.Generator().manual_seed(0), output_type="latent"
    ).images
    assert np.array_equal(loaded.decode(latents)[0], images[0])


def test_weights_stored_in_half_precision_run_in_float32(tmp_path):
    before = parts.model()
    halves = {part: getattr(before, part).half() for part in ("unet", "vae", "text_encoder")}
    after = load_model(parts.save(dataclasses.replace(before, **halves), tmp_path / "half"), device="cpu")
    assert {part: getattr(after, part).dtype for part in halves} == dict.fromkeys(halves, torch.float32)
    assert after.encode("a dog").dtype == torch.float32


@pytest.mark.parametrize("name", DTYPES)
def test_a_model_paints_in_every_dtype_of_the_command_line(model_folder, name):
    model = load_model(model_folder, device="cpu", dtype=DTYPES[name])
    assert (model.dtype, str(model.vae.dtype), model.encode("a").dtype) == (DTYPES[name], f"torch.{name}", DTYPES[name])
    picture = StyleEngine(model).render(Request(prompt="a dog", style="a cat", theta=0.5, num_inference_steps=2))
    assert picture.image.size == model.image_size[::-1]


def test_on_a_cpu_weights_lie_as_diffusers_has_them_and_on_a_gpu_channels_last(model_folder):
    def layouts(part):
        weights = [weight for weight in part.parameters() if weight.dim() == 4 and min(weight.shape[1:]) > 1]
        return {weight.is_contiguous(memory_format=torch.channels_last) for weight in weights}

    model = load_model(model_folder, device="cpu")
    assert layouts(model.unet) == layouts(model.vae) == {False}
    before = model.unet.conv_in.weight.clone()
    on_a_gpu = laid_out(model.unet, torch.device("cuda"))  # of which it needs to know the name only
    assert layouts(on_a_gpu) == {True} and torch.equal(on_a_gpu.conv_in.weight, before)
    latents, embeds = torch.randn(2, *model.latent_shape), model.encode("a dog").repeat(2, 1, 1)
    expected = load_model(model_folder, device="cpu").predict_noise(latents, torch.tensor(5), embeds)
    torch.testing.assert_close(model.predict_noise(latents, torch.tensor(5), embeds), expected)


def test_attention_is_torchs_own_kernel(model_folder):
    """By diffusers' and transformers' defaults. In the UNet each stands behind one that remembers the text."""
    model = load_model(model_folder, device="cpu")
    for part in (model.unet, model.vae):
        processors = [getattr(processor, "usual", processor) for processor in part.attn_processors.values()]
        names = {type(processor).__name__ for processor in processors}
        assert names == {"AttnProcessor2_0"}
    assert model.text_encoder.config._attn_implementation == "sdpa"


def test_a_dtype_by_name_is_refused(model_folder):
    with pytest.raises(TypeError, match="dtype"):
        load_model(model_folder, dtype="float16")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(BadRequest, match=r"^model must be tiny, sd14, .*, or a folder") as caught:
        load_model("enormous")
    assert (caught.value.field, caught.value.value) == ("model", "enormous")


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(ModelError, match=r"no model_index\.json.*Give a folder"):
        load_model(tmp_path)


@pytest.mark.parametrize("part", ["tokenizer", "text_encoder", "unet", "vae", "scheduler"])
def test_a_missing_part_is_named(folder, part):
    shutil.rmtree(folder / part)
    with pytest.raises(ModelError, match=f"its folder {part} is missing"):
        load_model(folder)


@pytest.mark.parametrize("entry", [None, [None, None], ["os", "system"], ["diffusers", "DiffusionPipeline"], "UNet"])
def test_only_known_classes_are_loaded(folder, entry):
    edit_json(folder / "model_index.json", unet=entry)
    with pytest.raises(ModelError, match=r"its unet is .* must be UNet2DConditionModel"):
        load_model(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_damaged_index(folder, content):
    (folder / "model_index.json").write_text(content)
    with pytest.raises(ModelError, match=r"model_index\.json is damaged"):
        load_model(folder)


@pytest.mark.parametrize("part", ["text_encoder", "unet", "vae"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "missing", "text"])
def test_damaged_weights(folder, part, damage):
    (weights,) = (folder / part).glob("*.safetensors")
    content = weights.read_bytes()
    if damage == "missing":
        weights.unlink()
    else:
        weights.write_bytes({"truncated": content[:-100], "empty": b"", "text": b"version https://git-lfs"}[damage])
    with pytest.raises(ModelError, match=f"The {part} of the model .* cannot be loaded"):
        load_model(folder)


@pytest.mark.parametrize("part", ["text_encoder", "unet", "vae"])
def test_weights_that_lack_a_tensor_are_not_filled_with_random_numbers(folder, part):
    (weights,) = (folder / part).glob("*.safetensors")
    tensors = load_file(weights)
    name = sorted(tensors)[3]
    del tensors[name]
    save_file(tensors, weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=f"The {part} .* lacks .*{name}"):
        load_model(folder)


@pytest.mark.parametrize("part", ["text_encoder", "unet", "vae"])
def test_pickled_weights_are_not_read(folder, part):
    (weights,) = (folder / part).glob("*.safetensors")
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(ModelError, match=f"The {part} .* has pickled weights alone, which can run code"):
        load_model(folder)


def test_a_model_that_does_not_fit_into_memory_is_said(folder, monkeypatch):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(UNet2DConditionModel, "to", full)
    with pytest.raises(ModelError, match="does not fit into the memory of cpu"):
        load_model(folder, device="cpu")


def test_checksums_find_a_flipped_bit(folder):
    write_checksums(folder)
    load_model(folder, device="cpu")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-7] ^= 4
    weights.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged: unet/diffusion_pytorch_model\.safetensors"):
        load_model(folder)
    weights.unlink()
    with pytest.raises(ModelError, match=r"unet/diffusion_pytorch_model\.safetensors is missing"):
        load_model(folder)


def test_a_damaged_vocabulary(folder):
    edit_json(folder / "vocabulary.json", words=None)
    with pytest.raises(ModelError, match=r"vocabulary\.json lacks"):
        load_model(folder)


def test_a_unet_that_pools_its_text_is_no_stranger(tmp_path):
    """The bundled model's kind: the prompt_embeds reach it a second time, through the time embedding."""
    plain = parts.model()
    pooling = parts.unet(**parts.POOLED_TEXT).eval()
    folder = parts.save(dataclasses.replace(plain, unet=pooling), tmp_path / "pooling")
    latents, embeds = torch.randn(1, *plain.latent_shape), plain.encode("a dog")
    predicted = load_model(folder).predict_noise(latents, torch.tensor(5), embeds)
    torch.testing.assert_close(predicted, pooling(latents, 5, embeds).sample.detach())


def test_a_unet_that_wants_more_than_text_is_refused(folder):
    edit_json(folder / "unet" / "config.json", time_cond_proj_dim=8)
    with pytest.raises(ModelError, match="time_cond_proj_dim"):
        load_model(folder)


def test_the_bundled_vocabulary_knows_its_own_phrases():
    vocabulary = load_model("tiny", device="cpu").vocabulary
    for phrase in (*vocabulary.subjects, *vocabulary.styles, *vocabulary.moods):
        assert vocabulary.unknown_words(phrase) == ()
    assert vocabulary.unknown_words("a submarine") == ("submarine",)


def test_the_bundled_model_stays_small():
    sizes = [path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()]
    assert sum(sizes) <= 40_000_000 and max(sizes) < 10_000_000


@pytest.mark.parametrize("threads", [1, 2])
def test_previews_are_laid_out_for_the_cores_they_are_computed_on(monkeypatch, threads):
    """Blocks that oneDNN chose for two cores are rearranged in each call on one: ten times slower without AVX-512."""
    seen = []

    def noted(part, use):
        seen.append(torch.get_num_threads())
        return packed(part, use)

    monkeypatch.setattr("styleaug.loading.packed", noted)
    with on_cores(threads):
        live = load_model("tiny", device="cpu").live
        assert torch.get_num_threads() == threads
    assert seen == [live.preview_cores] * 2 == [1, 1]

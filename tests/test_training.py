"""styleaug.training: a run of a few steps of every stage ends in a folder that stock diffusers opens; it resumes."""

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file

from styleaug.loading import load_model
from styleaug.training.dataset import paint_drawings
from styleaug.training.drawings import (
    MOOD_NAMES,
    STYLE_NAMES,
    SUBJECT_NAMES,
    TWO_STYLES_STRENGTH,
    Facts,
    all_words,
    draw,
    draw_facts,
    held_out,
    write_caption,
)
from styleaug.training.loop import train_stage
from styleaug.training.parts import build_parts, learn_new_words, token_ids
from styleaug.training.scenes import MOODS, SUBJECTS
from styleaug.training.styles import STYLES
from styleaug.training.tiny import Spec, StageSpec, build_tokenizer, build_vae
from styleaug.training.train import train
from styleaug.training.unet import shift_noise
from styleaug.training.vae import encoder_as_matrix, set_encoder

VAE_FILE = "vae/diffusion_pytorch_model.safetensors"
LIVE_FILE = "live/pytorch_lora_weights.safetensors"
PREVIEW_FILES = {"preview/config.json", "preview/diffusion_pytorch_model.safetensors"}
FEW = StageSpec(steps=3, batch=4, learning_rate=1e-3, warmup=1)
SMALL = Spec(
    image_size=64,
    drawings=12,
    text_width=32,
    text_layers=1,
    text_heads=2,
    sight_layers=1,
    sight_size=32,
    latent_channels=8,
    vae_channels=32,
    vae_decoder_blocks=(1, 1, 0),
    crop_size=32,
    unet_channels=(32, 64),
    head_width=16,
    vae=FEW,
    clip=FEW,
    additive=FEW,
    preview_channels=16,
    preview_decoder_blocks=(1, 1, 0),
    preview=FEW,
    unet=FEW,
    live_rank=2,
    live=FEW,
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a run and of the model it made."""
    run, out = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("model")
    train(SMALL, run, out)
    return run, out


def test_names_are_the_drawn_ones() -> None:
    assert set(SUBJECT_NAMES) == set(SUBJECTS)
    assert set(STYLE_NAMES) == set(STYLES)
    assert set(MOOD_NAMES) == set(MOODS)


def test_a_drawing_is_a_function_of_its_seed() -> None:
    (facts, picture), (same_facts, same_picture) = draw(5, 64), draw(5, 64)
    assert facts == same_facts
    assert picture.tobytes() == same_picture.tobytes()
    assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    assert draw(6, 64)[1].tobytes() != picture.tobytes()


def test_captions_name_what_is_drawn() -> None:
    generator = np.random.default_rng(0)
    words = set(all_words())
    for _ in range(300):
        facts = draw_facts(generator)
        caption = write_caption(facts, generator)
        assert any(name in caption.full for name in SUBJECT_NAMES[facts.subject])
        assert set(caption.full.lower().split()) <= words
        if facts.style is None:
            assert caption.style == "" and caption.full == caption.base
        else:
            phrases = product(*(STYLE_NAMES[style] for style in facts.styles))
            assert caption.style in {" ".join(phrase) for phrase in phrases}
            assert sorted(caption.full.split()) == sorted(f"{caption.base} {caption.style}".split())
        for mood in facts.moods:
            assert any(f"{before} {after}".strip() in caption.base for before, after in MOOD_NAMES[mood])


def test_partial_strength_is_kept_for_mixed_texts() -> None:
    generator = np.random.default_rng(1)
    drawn = [draw_facts(generator) for _ in range(500)]
    named = [facts.strength for facts in drawn if len(facts.styles) == 1 and not facts.partial]
    mixed = [facts.strength for facts in drawn if facts.partial]
    assert all(0.8 <= strength <= 1.2 for strength in named)
    two = [facts for facts in drawn if len(facts.styles) == 2]
    assert two and all(len(set(facts.styles)) == 2 and facts.strength == TWO_STYLES_STRENGTH for facts in two)
    assert min(mixed) < 0.3 and max(mixed) > 1.2
    assert all(facts.strength == 0 for facts in drawn if facts.style is None)


def test_every_word_is_one_token_and_the_end_has_the_largest_id() -> None:
    tokenizer = build_tokenizer(all_words(), SMALL)
    for word in all_words():
        pieces = word.split("-")
        assert len(tokenizer(word).input_ids) == 2 + 2 * len(pieces) - 1
    assert tokenizer.eos_token_id == len(tokenizer) - 1
    unseen = tokenizer("submarine 🙂").input_ids
    assert len(unseen) > 4 and tokenizer.eos_token_id not in unseen[:-1]


def test_the_encoder_is_the_principal_components() -> None:
    """Against a plain PCA of the same blocks: as much variance kept, to a few per cent, as any linear code could."""
    pictures = np.stack([draw(seed, 64)[1] for seed in range(24)])
    vae = build_vae(SMALL)
    set_encoder(vae, pictures, SMALL)
    values = pictures.astype(np.float32) / 127.5 - 1
    with torch.no_grad():
        latents = vae.encode(torch.from_numpy(values).permute(0, 3, 1, 2)).latents
    weight, bias = encoder_as_matrix(vae, SMALL)
    columns = torch.nn.functional.unfold(torch.from_numpy(values).permute(0, 3, 1, 2), 4, stride=4)
    torch.testing.assert_close((weight @ columns + bias[:, None]).unflatten(-1, (16, 16)), latents)
    codes = latents.permute(0, 2, 3, 1).reshape(-1, SMALL.latent_channels).double().numpy()
    blocks = values.reshape(24, 16, 4, 16, 4, 3).transpose(0, 1, 3, 2, 4, 5).reshape(-1, 48).astype(np.float64)
    blocks -= blocks.mean(axis=0)
    assert np.abs(codes.mean(axis=0)).max() < 1e-3
    decoded = codes @ np.linalg.lstsq(codes, blocks, rcond=None)[0]
    kept = 1 - np.square(blocks - decoded).sum() / np.square(blocks).sum()
    variances = np.linalg.eigvalsh(blocks.T @ blocks)[::-1]
    best = variances[: SMALL.latent_channels].sum() / variances.sum()
    assert best - 0.02 < kept <= best + 1e-6


def test_the_folder_opens_with_stock_diffusers_and_with_ours(trained: tuple[Path, Path]) -> None:
    _, out = trained
    pipeline = StableDiffusionPipeline.from_pretrained(out, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline("a dog Monet style", num_inference_steps=2).images[0]
    assert picture.size == (64, 64)
    model = load_model(str(out))
    assert model.image_size == (64, 64)
    assert model.unknown_words("a dog in a submarine") == ("submarine",)
    assert not [file for file in out.rglob("*") if file.suffix in (".bin", ".pt", ".pkl")]
    assert set(json.loads((out / "vocabulary.json").read_text())) == {"subjects", "styles", "moods", "words"}


def test_finished_stages_are_not_run_again(trained: tuple[Path, Path], tmp_path: Path) -> None:
    run, out = trained
    logged = (run / "clip.pt").stat().st_mtime_ns, (run / "unet.pt").stat().st_mtime_ns
    train(SMALL, run, tmp_path)
    assert ((run / "clip.pt").stat().st_mtime_ns, (run / "unet.pt").stat().st_mtime_ns) == logged
    for name in ("SHA256SUMS", "vocabulary.json"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_a_saved_model_is_trained_on(trained: tuple[Path, Path], tmp_path: Path) -> None:
    """From the shipped folder alone: CLIP and VAE stay as they are, the UNet moves."""
    _, out = trained
    train(SMALL, tmp_path / "run", tmp_path / "model", ("drawings", "unet", "save"), start_from=out)
    lines = {line.split()[1]: line for line in (out / "SHA256SUMS").read_text().splitlines()}
    again = {line.split()[1]: line for line in (tmp_path / "model" / "SHA256SUMS").read_text().splitlines()}
    assert set(lines) - set(again) == {LIVE_FILE, *PREVIEW_FILES}
    changed = {name for name in again if lines[name] != again[name]}
    assert changed == {"unet/diffusion_pytorch_model.safetensors"}
    train(SMALL, tmp_path / "all", tmp_path / "whole", start_from=out)
    before, after = (load_file(folder / VAE_FILE) for folder in (out, tmp_path / "whole"))
    moved = {name.partition(".")[0] for name in before if not before[name].equal(after[name])}
    assert moved == {"decoder"}
    assert not (tmp_path / "model" / "live").exists()  # a LoRA of other weights
    for file in (tmp_path / "model").rglob("*.json"):
        assert str(out) not in file.read_text()


def test_a_resumed_run_is_the_unbroken_run(tmp_path: Path) -> None:
    """Stopped after two of six steps and resumed: the same weights, since every step draws from its own number."""

    def weights(folder: Path, *, stop_at: int | None) -> torch.Tensor:
        torch.manual_seed(0)
        module = torch.nn.Linear(4, 4)

        def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
            if step == stop_at:
                raise KeyboardInterrupt
            inputs = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
            return (module(inputs) - inputs).square().mean(), {}

        spec = replace(FEW, steps=6, save_every_seconds=0.0)
        train_stage("line", module, loss_at, spec, folder, Accelerator(cpu=True))
        return module.weight.detach().clone()

    unbroken = weights(tmp_path / "a", stop_at=None)
    with pytest.raises(KeyboardInterrupt):
        weights(tmp_path / "b", stop_at=2)
    assert torch.equal(weights(tmp_path / "b", stop_at=None), unbroken)


def test_drawings_of_another_spec_are_refused(trained: tuple[Path, Path]) -> None:
    run, _ = trained
    with pytest.raises(ValueError, match="another spec"):
        paint_drawings(run / "drawings", replace(SMALL, drawings=13), processes=1)


def test_drawings_of_another_curriculum_are_refused(trained: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    shutil.copytree(trained[0] / "drawings", folder)
    (folder / "curriculum.json").write_text("[]")
    with pytest.raises(ValueError, match="drawings of another spec"):
        paint_drawings(folder, SMALL, 1)


def test_new_words_are_learned_or_refused(trained: tuple[Path, Path], tmp_path: Path) -> None:
    """A model that was never taught "cat" learns it if CLIP is trained on, and is refused if only its UNet is."""
    folder = tmp_path / "model"
    shutil.copytree(trained[1], folder)
    (folder / "vocabulary.json").write_text(json.dumps({"words": [word for word in all_words() if word != "cat"]}))
    with pytest.raises(ValueError, match="was never taught: cat; the stage clip must be run too"):
        train(SMALL, tmp_path / "run", tmp_path / "out", ("drawings", "unet"), start_from=folder)
    train(SMALL, tmp_path / "run", tmp_path / "out", start_from=folder)
    assert load_model(str(tmp_path / "out")).unknown_words("cat") == ()


def test_a_text_tower_keeps_the_words_it_knew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text, of words that both know, has the same embeds after new words have come."""
    from styleaug.training import parts as parts_module

    monkeypatch.setattr(parts_module, "all_words", lambda: ["dog", "castle"])
    parts = build_parts(SMALL)
    before = parts.text_encoder(token_ids(parts.tokenizer, ["dog castle"], torch.device("cpu")))[0]
    monkeypatch.setattr(parts_module, "all_words", lambda: ["dog", "aardvark", "castle"])
    learn_new_words(parts, SMALL)
    ids = token_ids(parts.tokenizer, ["dog castle", "aardvark"], torch.device("cpu"))
    assert (ids[1] == parts.tokenizer.eos_token_id).sum() == SMALL.tokens - 2
    torch.testing.assert_close(parts.text_encoder(ids)[0][:1], before)


def test_some_pairs_are_kept_for_the_judge() -> None:
    pairs = [(subject, style) for subject in SUBJECT_NAMES for style in STYLE_NAMES]
    kept = {pair for pair in pairs if held_out(*pair)}
    assert len(kept) >= 0.1 * len(pairs)
    for subject in SUBJECT_NAMES:
        assert sum(pair[0] == subject for pair in kept) in (2, 3)
    for style in STYLE_NAMES:
        assert sum(pair[1] == style for pair in kept) in (3, 4)
    assert not kept & {
        ("temple hidden in the jungle", "Monet style"),
        ("pyramid", "cyberpunk"),
        ("city architecture", "futuristic high tech"),
    }
    drawn = [draw_facts(np.random.default_rng(seed)) for seed in range(3_000)]
    assert not kept & {(facts.subject, facts.style) for facts in drawn}


def test_parts_are_drawn_from_the_seed() -> None:
    one, same, other = (build_parts(SMALL, seed).unet.conv_in.weight for seed in (0, 0, 1))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_facts_are_frozen() -> None:
    facts = Facts(subject="dog", moods=(), style=None, strength=0.0, partial=False)
    with pytest.raises(AttributeError):
        facts.strength = 1.0  # type: ignore[misc]


def test_timesteps_lean_to_the_noisy_end() -> None:
    shares = np.linspace(0, 1, 101)
    shifted = shift_noise(shares)
    assert shifted[0] == 0 and shifted[-1] == 1
    assert (np.diff(shifted) > 0).all()
    assert (shifted[1:-1] > shares[1:-1]).all()
    np.testing.assert_array_equal(shift_noise(shares, shift=1.0), shares)

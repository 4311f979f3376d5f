"""Second stage: the autoencoder. The encoder is computed, the decoder learned on crops of drawings."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss, softplus
from tqdm import tqdm

from styleaug.training.dataset import Drawings
from styleaug.training.loop import train_stage
from styleaug.training.parts import Parts, to_tensor
from styleaug.training.samples import write_sheet
from styleaug.training.tiny import Spec

RAW_DEVIATION = 0.35
"""Deviation of what the encoder gives. AutoencoderTiny's decoder squeezes its input by 3·tanh(x/3): this small, the
squeeze is slight. `scaling_factor` brings latents to the noise's scale, 1."""

PICTURES_FOR_COMPONENTS = 400
LATENTS = "latents.pt"


def principal_directions(samples: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, D) directions of largest variance of samples (N, D), and their variances (Pearson 1901)."""
    centred = samples - samples.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(samples))
    return directions.T[::-1][:count], variances[::-1][:count]


@torch.no_grad()
def set_encoder(vae: AutoencoderTiny, pictures: np.ndarray, spec: Spec) -> None:
    """Write principal components into the encoder: each strided convolution turns blocks of 2 × 2 into their
    components, and after the last one a latent holds the components of a block of 16 × 16 pixels.

    So the encoder is known at once instead of learned, and all CPU time goes into decoding and drawing. A component of
    variance λ gets a deviation ∝ λ^¼: between plain (fine marks drowned in the noise) and whitened (all alike).
    """
    convolutions = [layer for layer in vae.encoder.layers if isinstance(layer, nn.Conv2d)]
    for convolution in convolutions:
        convolution.weight.zero_()
    first, *strided, last = convolutions
    first_bias, last_bias = torch.zeros(spec.vae_channels), torch.zeros(spec.latent_channels)
    features = np.asarray(pictures, dtype=np.float32) / 255  # EncoderTiny works on 0…1
    for colour in range(3):
        first.weight[colour, colour, 1, 1] = 1
    first_bias[:3] = -torch.from_numpy(features.mean(axis=(0, 1, 2)))
    features = features - features.mean(axis=(0, 1, 2))
    variances = np.zeros(0)
    for convolution in strided:
        number, height, width, channels = features.shape
        blocks = features.reshape(number, height // 2, 2, width // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
        directions, variances = principal_directions(
            blocks.reshape(-1, 4 * channels), min(4 * channels, spec.vae_channels)
        )
        kept = len(directions)
        # A 3 × 3 kernel of stride 2 has the block in its last two rows and columns.
        kernel = directions.reshape(kept, 2, 2, channels).transpose(0, 3, 1, 2)
        convolution.weight[:kept, :channels, 1:, 1:] = torch.from_numpy(kernel.astype(np.float32))
        features = blocks.reshape(number, height // 2, width // 2, 4 * channels) @ directions.T
    variances = variances[: spec.latent_channels]
    scales = RAW_DEVIATION * variances**-0.25 / np.sqrt(np.sqrt(variances).mean())
    means = features.reshape(-1, features.shape[-1]).mean(axis=0)[: spec.latent_channels]
    for channel, (scale, mean) in enumerate(zip(scales, means, strict=True)):
        last.weight[channel, channel, 1, 1] = float(scale)
        last_bias[channel] = float(-scale * mean)
    first.bias, last.bias = nn.Parameter(first_bias), nn.Parameter(last_bias)


@torch.no_grad()
def encoder_as_matrix(vae: AutoencoderTiny, spec: Spec) -> tuple[Tensor, Tensor]:
    """The set encoder as weight (C, 3·block²) and bias (C): it is linear and sees each block alone, so what it makes
    of every unit picture of one block says all, and encoding many pictures this way takes seconds."""
    count = 3 * spec.block**2
    units = torch.eye(count).reshape(count, 3, spec.block, spec.block)
    bias = vae.encode(torch.zeros_like(units[:1])).latents.flatten(1)
    return (vae.encode(units).latents.flatten(1) - bias).T, bias[0]


class Critic(nn.Module):
    """Judges patches real or decoded (Isola et al., PatchGAN); its features tell strokes that pixels alone blur."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 64, 128)
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise(widths))
        self.head = nn.Conv2d(widths[-1], 1, 3, padding=1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        features = []
        for layer in self.layers:
            pictures = nn.functional.leaky_relu(layer(pictures), 0.2)
            features.append(pictures)
        return self.head(pictures), features


def slope_loss(decoded: Tensor, real: Tensor) -> Tensor:
    """L1 between the differences of neighbouring pixels, at three sizes: edges and strokes count, not only tones."""
    total = decoded.new_zeros(())
    for _ in range(3):
        for axis in (-1, -2):
            total = total + l1_loss(decoded.diff(dim=axis), real.diff(dim=axis))
        decoded, real = (nn.functional.avg_pool2d(each, 2) for each in (decoded, real))
    return total / 3


def adversarial_loss(critic: Critic, decoded: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(decoder's loss, feature matching, critic's loss), non-saturating (Goodfellow et al., §3). The decoder's part
    passes through a critic whose weights are held, so one backward pass serves both."""
    held = {name: weight.detach() for name, weight in critic.named_parameters()}
    judged, features = torch.func.functional_call(critic, held, decoded)
    real_judged, real_features = critic(real)
    decoded_judged, _ = critic(decoded.detach())
    matching = sum(
        (l1_loss(a, b.detach()) for a, b in zip(features, real_features, strict=True)), decoded.new_zeros(())
    )
    return softplus(-judged).mean(), matching, softplus(-real_judged).mean() + softplus(decoded_judged).mean()


def train_vae(
    parts: Parts,
    drawings: Drawings,
    spec: Spec,
    folder: Path,
    accelerator: Accelerator,
    keep_encoder: bool = False,
    critic_from: float = 0.6,
) -> None:
    """The decoder, on random crops of a whole number of latents; from `critic_from` of the run on a critic sharpens it.

    The latents of all drawings are made first: the encoder is set, not trained. `keep_encoder` leaves it as it is: a
    UNet that is trained on must find its latents where they were.
    """
    if not keep_encoder and not (folder / LATENTS).exists():
        set_encoder(parts.vae, drawings.pictures[:PICTURES_FOR_COMPONENTS], spec)
    latents = encode_drawings(parts, drawings, spec, folder, accelerator)
    critic = Critic()
    module = nn.ModuleDict({"decoder": parts.vae.decoder, "critic": critic})
    module.to(device=accelerator.device)
    for parameter in module.parameters():
        parameter.data = (
            parameter.data.contiguous(memory_format=torch.channels_last) if parameter.dim() == 4 else parameter.data
        )
    factor = spec.block
    across = spec.crop_size // factor

    def crops(generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        chosen = generator.integers(len(latents), size=spec.vae.batch)
        corners = generator.integers(spec.latent_size - across + 1, size=(spec.vae.batch, 2))
        cut_latents, cut_pictures = [], []
        for n, (row, column) in zip(chosen, corners, strict=True):
            cut_latents.append(latents[n, :, row : row + across, column : column + across])
            rows, columns = (
                slice(row * factor, (row + across) * factor),
                slice(column * factor, (column + across) * factor),
            )
            cut_pictures.append(drawings.pictures[n, rows, columns])
        real = to_tensor(np.stack(cut_pictures), accelerator.device)
        return torch.stack(cut_latents).float().to(accelerator.device), real

    def loss_at(step: int) -> tuple[Tensor, dict[str, float]]:
        generator = np.random.default_rng([2, step])
        clean, real = crops(generator)
        noise = torch.from_numpy(generator.standard_normal(clean.shape, dtype=np.float32)).to(accelerator.device)
        shaken = (clean + spec.latent_noise * noise) / parts.vae.config.scaling_factor
        real = real.contiguous(memory_format=torch.channels_last)
        with accelerator.autocast():
            decoded = parts.vae.decode(shaken.contiguous(memory_format=torch.channels_last)).sample.float()
            loss = l1_loss(decoded, real) + slope_loss(decoded, real)
            figures = {"l1": l1_loss(decoded, real).item(), "mse": mse_loss(decoded, real).item()}
            if step >= critic_from * spec.vae.steps:
                fooled, matching, judged = adversarial_loss(critic, decoded, real)
                loss = loss + 0.01 * fooled + 0.1 * matching + judged
                figures |= {"fooled": fooled.item(), "matching": matching.item(), "judged": judged.item()}
        return loss, figures

    def sample(path: Path) -> None:
        shown = drawings.pictures[:: max(1, len(drawings.pictures) // 12)][:12]
        with torch.no_grad(), accelerator.autocast():
            decoded = parts.vae.decode(parts.vae.encode(to_tensor(shown, accelerator.device)).latents).sample.float()
        again = ((decoded.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        write_sheet([shown[:6], again[:6], shown[6:], again[6:]], path)

    train_stage("vae", module, loss_at, spec.vae, folder, accelerator, sample)


@torch.no_grad()
def encode_drawings(
    parts: Parts, drawings: Drawings, spec: Spec, folder: Path, accelerator: Accelerator, batch: int = 64
) -> Tensor:
    """All drawings as latents of unit mean variance, float16 (N, C, h, w): encoded, or read from an earlier call,
    together with the encoder that made them."""
    parts.vae.register_to_config(scaling_factor=1 / RAW_DEVIATION)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / LATENTS
    if not file.exists():
        weight, bias = (factor * parts.vae.config.scaling_factor for factor in encoder_as_matrix(parts.vae, spec))
        encoded = []
        for start in tqdm(range(0, len(drawings.pictures), batch), desc="latents"):
            real = to_tensor(np.asarray(drawings.pictures[start : start + batch]), accelerator.device)
            blocks = nn.functional.unfold(real, spec.block, stride=spec.block)
            latents = (weight @ blocks + bias[:, None]).unflatten(-1, (spec.latent_size, spec.latent_size))
            encoded.append(latents.half().cpu())
        torch.save({"latents": torch.cat(encoded), "encoder": parts.vae.encoder.state_dict()}, file)
    saved = torch.load(file, weights_only=True)
    parts.vae.encoder.load_state_dict(saved["encoder"])
    parts.vae.encoder.to(accelerator.device)
    return saved["latents"]

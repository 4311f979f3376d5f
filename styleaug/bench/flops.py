"""How many floating-point operations a UNet is."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from styleaug.compiled import uncompiled
from styleaug.model import Model


def flops_a_row(model: Model) -> int:
    """Floating-point operations of one row of the UNet: its matrix products and convolutions, attention among them; a
    multiplication with its addition counts as two.

    Nothing is computed: a UNet of the same config without numbers (device "meta") is asked.
    """
    unet = uncompiled(model).unet
    tokens = model.tokenizer.model_max_length
    with torch.device("meta"), torch.no_grad():
        hollow = type(unet).from_config(unet.config)
        latents = torch.empty(1, *model.latent_shape)
        prompt_embeds = torch.empty(1, tokens, unet.config.cross_attention_dim)
        timestep = torch.empty((), dtype=torch.int64)
        # As plain products, for the counter does not know the fused kernel of every device.
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            hollow(latents, timestep, encoder_hidden_states=prompt_embeds)
    return counter.get_total_flops()

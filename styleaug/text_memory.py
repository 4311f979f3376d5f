"""What a UNet makes of its text alone, kept from the first step of a run for all others.

The keys and values of cross-attention depend on neither latents nor time, nor does the pooled text that some UNets add
to the embedding of time. diffusers computes them in every step; here they are computed once for the rows of text that a
guidance shows, by the same operations, so the bytes stay the same.
"""

from collections.abc import Mapping
from types import MethodType
from typing import Any

from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

TextMemory = dict[Any, tuple[Tensor, ...]]
"""Of one set of N rows of text: by attention layer its keys and values (N, heads, L, D / heads), by pooling layer its
pooled text (N, D)."""

_USUAL = "AttnProcessor2_0"


class RememberingAttention:
    """One of diffusers' attention processors. Called without a memory it is the one that it stands for."""

    def __init__(self, usual: Any) -> None:
        """`usual` is diffusers' own for torch's attention."""
        self.usual = usual

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        memory: TextMemory | None = None,
    ) -> Tensor:
        """Pixels (N, H·W, D) that look at text (N, L, D): the operations of `AttnProcessor2_0`, but for keys and values
        that are in the memory. Without text it is self-attention, of which nothing can be kept."""
        if memory is None or encoder_hidden_states is None or attention_mask is not None:
            plain: Tensor = self.usual(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
            return plain
        query = _in_heads(attn.to_q(hidden_states), attn.heads)
        if attn not in memory:
            memory[attn] = reading(attn, encoder_hidden_states)
        key, value = memory[attn]
        seen = scaled_dot_product_attention(query, key, value, dropout_p=0.0, is_causal=False)
        joined = seen.transpose(1, 2).reshape(len(seen), -1, attn.heads * seen.shape[-1]).to(query.dtype)
        out, dropout = attn.to_out
        projected: Tensor = dropout(out(joined))
        return projected


def _in_heads(rows: Tensor, heads: int) -> Tensor:
    """(N, L, D) as (N, heads, L, D / heads)."""
    return rows.view(len(rows), -1, heads, rows.shape[-1] // heads).transpose(1, 2)


def _pooled_text(
    unet: Any, emb: Tensor, encoder_hidden_states: Tensor, added_cond_kwargs: Mapping[str, Any] | None
) -> Tensor:
    """`UNet2DConditionModel.get_aug_embed` of a UNet that adds its pooled text (N, D) to the embedding of time."""
    memory = None if added_cond_kwargs is None else added_cond_kwargs.get("memory")
    pool = unet.add_embedding
    if memory is None:
        pooled: Tensor = pool(encoder_hidden_states)
        return pooled
    if pool not in memory:
        memory[pool] = reading(pool, encoder_hidden_states)
    return memory[pool][0]


def remember_text(unet: Any) -> None:
    """Let a UNet of diffusers use a memory where it is given one (`memory_options`).

    A UNet with other layers than the Stable Diffusion family's stays as it is.
    """
    crossing = _crossing(unet)
    if crossing and all(map(_is_plain, crossing)):
        processors = unet.attn_processors
        unet.set_attn_processor({name: RememberingAttention(usual) for name, usual in processors.items()})
        if unet.config.addition_embed_type == "text":
            unet.get_aug_embed = MethodType(_pooled_text, unet)
        unet.remembers_text = True


def remembers_text(unet: Any) -> bool:
    """Whether a UNet may be given a memory."""
    return getattr(unet, "remembers_text", False)


def readers(unet: Any) -> list[Any]:
    """The layers whose readings a UNet that remembers would keep, in their order."""
    pooling = [unet.add_embedding] if unet.config.addition_embed_type == "text" else []
    return _crossing(unet) + pooling


def reading(layer: Any, text: Tensor) -> tuple[Tensor, ...]:
    """What one of them makes of text (N, L, D)."""
    if not hasattr(layer, "to_k"):
        return (layer(text),)
    return _in_heads(layer.to_k(text), layer.heads), _in_heads(layer.to_v(text), layer.heads)


def _crossing(unet: Any) -> list[Any]:
    return [layer for layer in unet.modules() if getattr(layer, "is_cross_attention", False)]


def memory_options(memory: TextMemory) -> dict[str, Any]:
    """The arguments by which a UNet that remembers is given a memory."""
    return {"cross_attention_kwargs": {"memory": memory}, "added_cond_kwargs": {"memory": memory}}


def _is_plain(attn: Any) -> bool:
    """Whether the layer does nothing but project, look and project."""
    extras = (attn.spatial_norm, attn.group_norm, attn.norm_cross, attn.norm_q, attn.norm_k)
    return (
        type(attn.processor).__name__ == _USUAL
        and not any(extras)
        and not attn.residual_connection
        and attn.rescale_output_factor == 1
    )

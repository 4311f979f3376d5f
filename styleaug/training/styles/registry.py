"""The styles by name, and the one way to apply them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array
from styleaug.training.styles.line_drawings import blueprint, charcoal, pencil_sketch
from styleaug.training.styles.painters import monet, pointillism, van_gogh, watercolor
from styleaug.training.styles.pieces import klimt, mosaic, stained_glass
from styleaug.training.styles.planes import cubism, de_stijl, low_poly
from styleaug.training.styles.posters import art_deco
from styleaug.training.styles.prints import comic, pop_art, ukiyo_e
from styleaug.training.styles.screens import cyberpunk, futuristic, pixel_art

Style = Callable[[Scene, float, np.random.Generator], Array]

MAX_STRENGTH = 1.4

STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "Monet style": monet,
        "van Gogh": van_gogh,
        "cyberpunk": cyberpunk,
        "futuristic high tech": futuristic,
        "ukiyo-e": ukiyo_e,
        "pencil sketch": pencil_sketch,
        "watercolor": watercolor,
        "pop art": pop_art,
        "stained glass": stained_glass,
        "pixel art": pixel_art,
        "pointillism": pointillism,
        "blueprint": blueprint,
        "cubism": cubism,
        "charcoal": charcoal,
        "mosaic": mosaic,
        "Klimt gold": klimt,
        "art deco": art_deco,
        "comic": comic,
        "low poly": low_poly,
        "De Stijl": de_stijl,
    }
)


def apply_style(style: str, scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """The scene's picture in a style, float32 (size, size, 3) in 0..1.

    style: a key of `STYLES`. strength: 0 (exactly the plain picture) to 1.4 (exaggerated). The same generator state
    gives the same picture. Raises ValueError for an unknown style or a strength out of range.
    """
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, got {style!r}")
    if not 0 <= strength <= MAX_STRENGTH:
        raise ValueError(f"strength must be between 0 and {MAX_STRENGTH}, got {strength!r}")
    if strength == 0:
        return scene.picture.copy()
    return np.clip(STYLES[style](scene, float(strength), generator), 0, 1).astype(np.float32)

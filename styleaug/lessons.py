"""What the page offers to begin with: lessons on styles, and the paper's five figures. Data, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from styleaug.panels import ALL_MODES, Hanging, hang
from styleaug.request import Mode
from styleaug.study import FIGURES, SEED


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One card of the gallery: what it shows, and what it says about it."""

    name: str
    """Of its thumbnail's file."""
    title: str
    text: str
    """One sentence: what to look for."""
    prompt: str
    style: str
    """One style, or several parted by semicolons."""
    mode: str
    """A mode, or "all"."""
    theta: float
    seed: int = SEED

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the page's controls are set to."""
        return {name: getattr(self, name) for name in ("prompt", "style", "mode", "theta", "seed")}

    def hang(self, **settings: Any) -> Hanging:
        """What it hangs; `settings` are further fields of a request."""
        return hang({**self.fields, **settings})


LESSONS = (
    Lesson(
        name="nine-schools",
        title="One castle, nine schools",
        text="Drag to θ 1: nine painters lose their manner, and one and the same castle is left.",
        prompt="castle",
        style="Monet style; van Gogh; ukiyo-e; pointillism; watercolor; "
        "pencil sketch; stained glass; pop art; cyberpunk",
        mode=Mode.WEAKEN,
        theta=0.0,
    ),
    Lesson(
        name="how-much-monet",
        title="How much Monet?",
        text="Where does a painting begin to be a Monet? Stop there, and say what gave it away.",
        prompt="castle",
        style="Monet style",
        mode=Mode.WEAKEN,
        theta=0.5,
    ),
    Lesson(
        name="four-ways",
        title="Four ways to turn one knob",
        text="One picture under all four modes: what weaken takes away, augment and guide lay on.",
        prompt="tree",
        style="van Gogh",
        mode=ALL_MODES,
        theta=0.5,
    ),
    Lesson(
        name="line-or-colour",
        title="Line or colour?",
        text="Two styles draw with lines and two with patches of colour. Which part of the picture carries each?",
        prompt="house",
        style="pencil sketch; cyberpunk; watercolor; pointillism",
        mode=Mode.WEAKEN,
        theta=0.0,
    ),
    Lesson(
        name="too-much",
        title="Too much of a good thing",
        text="At θ 0 the style is as learned. Past it everything typical is overdone: a caricature of a style.",
        prompt="mountain",
        style="ukiyo-e",
        mode=Mode.AUGMENT,
        theta=0.75,
    ),
    Lesson(
        name="between",
        title="Between a tree and a flower",
        text="Halfway between two sentences there is a picture, too, though nobody ever described it.",
        prompt="tree",
        style="flower",
        mode=Mode.INTERPOLATE,
        theta=0.5,
    ),
)

_FIGURE_CARDS = (
    ("dog to cat", "The paper's walk from one prompt to another.", Mode.INTERPOLATE),
    ("cyberpunk", "Augmented: the paper's own reading of “more of a style”.", Mode.AUGMENT),
    ("high tech", "Augmented, on a city.", Mode.AUGMENT),
    ("more Monet", "Augmented: the paper sees the picture fall apart beyond θ 0.4.", Mode.AUGMENT),
    ("less Monet", "Weakened, the paper's “better way” to take a style out.", Mode.WEAKEN),
)

FIGURE_LESSONS = tuple(
    Lesson(
        name=f"figure-{figure.number}",
        title=f"Fig. {figure.number} · {title}",
        text=text,
        prompt=figure.prompt,
        style=figure.style,
        mode=mode,
        theta=0.3,
    )
    for figure, (title, text, mode) in zip(FIGURES, _FIGURE_CARDS, strict=True)
)
"""The paper's figures, prompts word for word."""

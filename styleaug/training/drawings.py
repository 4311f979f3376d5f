"""Seed → drawing: a picture, and the words that name what is in it.

A drawing is a pure function of its seed. Its facts (subject, moods, style, strength) are drawn first, the picture is
painted from them, and captions are written from them afterwards, as often as training wants a new wording.
"""

from dataclasses import dataclass, replace

import numpy as np

from styleaug.training.scenes import draw_scene
from styleaug.training.styles import apply_style

# How each subject may be called. The first name is the one that the page offers.
SUBJECT_NAMES: dict[str, tuple[str, ...]] = {
    "dog": ("dog", "puppy"),
    "cat": ("cat", "kitten"),
    "temple hidden in the jungle": ("temple hidden in the jungle", "jungle temple", "temple in the jungle", "temple"),
    "pyramid": ("pyramid", "pyramids", "pyramid in the desert"),
    "city architecture": ("city architecture", "city", "skyline", "city skyline"),
    "house": ("house", "cottage"),
    "castle": ("castle", "castle on a hill"),
    "mountain": ("mountain", "mountains"),
    "boat": ("boat", "sailing boat", "ship"),
    "tree": ("tree", "big tree"),
    "flower": ("flower", "flowers"),
    "bird": ("bird", "bird on a branch"),
    "lake": ("lake", "quiet lake", "lakeside", "pond"),
    "forest": ("forest", "woods", "forest path", "path in the forest"),
    "fish": ("fish", "fish in the sea", "goldfish", "tropical fish"),
    "horse": ("horse", "pony", "horse in a meadow"),
    "car": ("car", "automobile", "car on a road"),
    "train": ("train", "steam train", "locomotive", "steam locomotive"),
    "bridge": ("bridge", "bridge over a river", "river bridge"),
    "lighthouse": ("lighthouse", "lighthouse by the sea", "lighthouse on a rock"),
    "windmill": ("windmill", "mill", "Dutch windmill", "windmill in a field"),
    "robot": ("robot", "toy robot", "android", "friendly robot"),
    "portrait": ("portrait", "face", "portrait of a person", "person"),
    "moon": ("moon", "big moon", "moon in the sky", "moonrise"),
    "still life with fruit": ("still life with fruit", "still life", "bowl of fruit", "fruit"),
    "rocket": ("rocket", "space rocket", "rocket launch", "spaceship"),
    "snowman": ("snowman", "snowman with a hat", "snowman in a field"),
    "teapot": ("teapot", "pot of tea", "teapot and cup", "teapot on a table"),
}

# What may stand before a subject's name and after it; a mood adds its words on one side.
MOOD_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "doomsday": (("doomsday", ""), ("", "doomsday"), ("apocalypse", "")),
    "alien invasion": (("", "alien invasion"), ("alien invasion", ""), ("", "with aliens")),
    "night": (("", "at night"), ("night", ""), ("", "night")),
    "snow": (("", "in the snow"), ("snow", ""), ("snowy", ""), ("", "in winter")),
    "sunset": (("", "at sunset"), ("sunset", ""), ("", "sunset"), ("", "at dusk")),
    "rain": (("", "in the rain"), ("rain", ""), ("rainy", ""), ("", "rain")),
}

STYLE_NAMES: dict[str, tuple[str, ...]] = {
    "Monet style": ("Monet style", "in the style of Monet", "by Claude Monet", "Monet"),
    "van Gogh": ("van Gogh", "van Gogh style", "in the style of van Gogh", "by Vincent van Gogh"),
    "cyberpunk": ("cyberpunk", "cyberpunk style", "in cyberpunk style"),
    "futuristic high tech": ("futuristic high tech", "futuristic", "high tech", "futuristic high tech style"),
    "ukiyo-e": ("ukiyo-e", "ukiyo-e style", "ukiyo-e woodblock print", "Japanese woodblock print"),
    "pencil sketch": ("pencil sketch", "pencil drawing", "pencil sketch style", "as a pencil sketch"),
    "watercolor": ("watercolor", "watercolor painting", "watercolor style", "in watercolor"),
    "pop art": ("pop art", "pop art style", "in pop art style"),
    "stained glass": ("stained glass", "stained glass window", "stained glass style", "as stained glass"),
    "pixel art": ("pixel art", "pixel art style", "as pixel art"),
    "pointillism": ("pointillism", "pointillism style", "pointillist painting", "in the style of Seurat"),
    "blueprint": ("blueprint", "blueprint style", "as a blueprint"),
    "cubism": ("cubism", "cubist painting", "cubism style", "in the style of Picasso"),
    "charcoal": ("charcoal", "charcoal drawing", "charcoal style", "in charcoal"),
    "mosaic": ("mosaic", "Roman mosaic", "mosaic style", "as a mosaic"),
    "Klimt gold": ("Klimt gold", "Klimt style", "in the style of Gustav Klimt", "by Gustav Klimt"),
    "art deco": ("art deco", "art deco poster", "art deco style", "in art deco style"),
    "comic": ("comic", "comic book", "comic style", "as a comic"),
    "low poly": ("low poly", "low poly style", "low poly art", "as low poly art"),
    "De Stijl": ("De Stijl", "De Stijl style", "in the style of Mondrian", "by Piet Mondrian"),
}

ARTICLES = ("", "", "a ", "the ", "a picture of a ")

PLAIN_SHARE = 0.12  # drawings without any style
MOOD_SHARE = 0.26  # drawings with a mood; of these, TWO_MOODS_SHARE have two
TWO_MOODS_SHARE = 0.25
PARTIAL_SHARE = 0.35  # styled drawings whose strength is named by a point between two texts
TWO_STYLES_SHARE = 0.06  # of the drawings whose strength is not named
TWO_STYLES_STRENGTH = 0.7  # of each of the two: at full strength the second would hide the first
FIRST_NAME_SHARE = 0.6


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a drawing shows.

    `strength` is how much of the style there is: 0 none, 1 as usually seen, 1.4 an exaggeration. Where `partial` is
    false it lies within 0.8…1.2 and no caption says it; where it is true, training names it by mixing text embeddings.
    `second_style` is painted over the first; then both have TWO_STYLES_STRENGTH.
    """

    subject: str
    moods: tuple[str, ...]
    style: str | None
    strength: float
    partial: bool
    second_style: str | None = None

    @property
    def styles(self) -> tuple[str, ...]:
        """Its styles in the order they are painted: none, one or two."""
        return tuple(style for style in (self.style, self.second_style) if style is not None)


@dataclass(frozen=True)
class Caption:
    """One wording of a drawing: `full` as written, `base` without the style, `style` the style phrase alone."""

    full: str
    base: str
    style: str


def held_out(subject: str, style: str) -> bool:
    """Whether this pair is kept from training, so that a judge can ask for what was never seen together.

    Every ninth pair along the diagonals: each subject lacks two or three styles, each style three or four subjects, and
    no pair of the paper's is among them.
    """
    place = 4 * list(SUBJECT_NAMES).index(subject) + list(STYLE_NAMES).index(style)
    return place % 9 == 4


def choose_moods(generator: np.random.Generator) -> tuple[str, ...]:
    """One mood, sometimes two."""
    count = 2 if generator.random() < TWO_MOODS_SHARE else 1
    return tuple(str(mood) for mood in generator.choice(list(MOOD_NAMES), size=count, replace=False))


def draw_facts(generator: np.random.Generator) -> Facts:
    """Choose what a drawing shows; pairs that are held out are never chosen."""
    subject = str(generator.choice(list(SUBJECT_NAMES)))
    moods = choose_moods(generator) if generator.random() < MOOD_SHARE else ()
    if generator.random() < PLAIN_SHARE:
        return Facts(subject=subject, moods=moods, style=None, strength=0.0, partial=False)
    taught = [style for style in STYLE_NAMES if not held_out(subject, style)]
    style = str(generator.choice(taught))
    partial = bool(generator.random() < PARTIAL_SHARE)
    strength = generator.uniform(0.0, 1.4) if partial else generator.uniform(0.8, 1.2)
    facts = Facts(subject=subject, moods=moods, style=style, strength=float(strength), partial=partial)
    if partial or generator.random() >= TWO_STYLES_SHARE:
        return facts
    second = str(generator.choice([other for other in taught if other != style]))
    return replace(facts, strength=TWO_STYLES_STRENGTH, second_style=second)


def paint(facts: Facts, generator: np.random.Generator, size: int) -> np.ndarray:
    """Picture of these facts, uint8 (size, size, 3)."""
    scene = draw_scene(facts.subject, facts.moods, generator, size)
    for style in facts.styles:
        scene = replace(scene, picture=apply_style(style, scene, facts.strength, generator))
    return np.rint(scene.picture * 255).astype(np.uint8)


def draw(seed: int, size: int) -> tuple[Facts, np.ndarray]:
    """The drawing of this seed: its facts, and its picture as uint8 (size, size, 3)."""
    generator = np.random.default_rng(seed)
    facts = draw_facts(generator)
    return facts, paint(facts, generator, size)


def choose_name(names: tuple[str, ...], generator: np.random.Generator) -> str:
    """The first name more often than the others."""
    if generator.random() < FIRST_NAME_SHARE:
        return names[0]
    return str(generator.choice(list(names)))


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a drawing is worded: what its subject and style are called, and where the words stand."""

    name: str
    style: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    article: str
    place: float
    """0…1: the style most often ends the caption, as the page writes it; else it leads, or stands before the closing
    words."""

    @property
    def caption(self) -> Caption:
        """These words, in their order."""
        subject = [*self.before, self.article + self.name]
        if self.place < 0.6:
            order = [*subject, *self.after, self.style]
        elif self.place < 0.8:
            order = [self.style, *subject, *self.after]
        else:
            order = [*subject, self.style, *self.after]
        base = " ".join(" ".join([*subject, *self.after]).split())
        return Caption(full=" ".join(" ".join(order).split()), base=base, style=self.style)


def choose_wording(facts: Facts, generator: np.random.Generator) -> Wording:
    """Choose names, articles and the order of words."""
    style = " ".join(choose_name(STYLE_NAMES[each], generator) for each in facts.styles)
    name = choose_name(SUBJECT_NAMES[facts.subject], generator)
    sides = [MOOD_NAMES[mood][generator.integers(len(MOOD_NAMES[mood]))] for mood in facts.moods]
    before, after = tuple(side[0] for side in sides), tuple(side[1] for side in sides)
    article = "" if any(before) else str(generator.choice(list(ARTICLES)))
    return Wording(name=name, style=style, before=before, after=after, article=article, place=generator.random())


def write_caption(facts: Facts, generator: np.random.Generator) -> Caption:
    """Write one wording: names, articles and the order of words are drawn anew each time."""
    return choose_wording(facts, generator).caption


def all_words() -> list[str]:
    """Every word that a caption may hold, lower case, sorted."""
    phrases = [*ARTICLES]
    for names in (*SUBJECT_NAMES.values(), *STYLE_NAMES.values()):
        phrases.extend(names)
    for sides in MOOD_NAMES.values():
        phrases.extend(word for side in sides for word in side)
    return sorted({word.lower() for phrase in phrases for word in phrase.split()})

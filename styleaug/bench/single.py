"""`python -m styleaug bench engine`: single pictures by a model and by its live variant, from cold to kept."""

from typing import Any

from tqdm import tqdm

from styleaug.bench import spread
from styleaug.bench.sweeps import PROMPT, SEED, STYLE
from styleaug.engine import StyleEngine
from styleaug.model import Model
from styleaug.panels import coarse_to_fine
from styleaug.request import Mode, Request

BESIDE = 0.4715  # how far the other θ is, so that it is no stop of a film


def measure_single(model: Model, pictures: int) -> list[dict[str, Any]]:
    """A row for the model and, where it has them, for its live variant and that one's previews: seconds until one
    picture is there, of so many.

    `cold` begins with nothing kept, with the text; `theta` moves θ and finds text and noise, and of previews those of a
    film's stops, as under a hand; `repeat` finds the picture. The first of each, which warms up, is not counted.
    """
    rows = [_row(model, "full", pictures)]
    if model.live is not None:
        rows.append(_row(model, "live", pictures, live=True))
        if model.live.preview_vae is not None:
            rows.append(_row(model, "live, previews", pictures, live=True, preview=True))
    return rows


def _row(model: Model, name: str, pictures: int, *, live: bool = False, preview: bool = False) -> dict[str, Any]:
    engine = StyleEngine(model)
    seconds: dict[str, list[float]] = {"cold": [], "theta": [], "repeat": []}
    for number in tqdm(range(pictures + 1), desc=name, unit="turn"):
        theta = number / (2 * pictures)
        asked = Request.from_dict(
            {"prompt": PROMPT, "style": STYLE, "mode": Mode.WEAKEN, "seed": SEED + number, "theta": theta, "live": live}
            | model.variant(live).settings
        )
        engine.clear()
        for kind, request in (("cold", asked), ("theta", asked.with_theta(theta + BESIDE)), ("repeat", asked)):
            if kind == "theta" and preview:
                for stop in coarse_to_fine(*model.theta_range(asked.mode), theta):
                    engine.render(asked.with_theta(stop), preview=True)
            taken = engine.render(request, preview=preview).seconds
            if number > 0:
                seconds[kind].append(taken)
    figures = {f"{kind}_seconds": spread(each, digits=5) for kind, each in seconds.items()}
    painter = model.variant(live)
    settings = painter.settings
    if preview:
        settings["num_inference_steps"] = painter.steps_of_preview(painter.num_inference_steps)
    return {"variant": name, "pictures": pictures, **settings, **figures}


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The rows for people, in Markdown."""
    lines = [
        "**One picture**",
        "",
        "| variant | steps | cold, ms | p95 | another θ, ms | p95 | θ a second | repeat, ms |",
    ]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        cold, theta, repeat = (row[f"{kind}_seconds"] for kind in ("cold", "theta", "repeat"))
        figures = [
            row["variant"],
            str(row["num_inference_steps"]),
            *(f"{1e3 * each:.0f}" for each in (cold["median"], cold["p95"], theta["median"], theta["p95"])),
            f"{1 / theta['median']:.1f}",
            f"{1e3 * repeat['median']:.2f}",
        ]
        lines.append(f"| {' | '.join(figures)} |")
    return lines

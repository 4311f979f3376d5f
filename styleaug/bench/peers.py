"""What the stage is measured against: sliders as others put them on a page, where every move asks the server.

Only app.py may import gradio, for our page; these are strangers' apps, and import it when they are built. Both listen
to `.change`, as gradio's own live interfaces and latentnavigation's gallery do. It is the kinder choice: gradio always
delivers the last change, while it may drop the last `.input`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

Draw = Callable[[float], Image.Image]


def plain(draw: Draw, thetas: Sequence[float], format: str) -> Any:
    """A stock `gr.Blocks`: the slider's value goes to a function, and its picture to a `gr.Image` of that format."""
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as page:
        picture = gr.Image(draw(thetas[-1]), format=format)
        theta = slider(thetas)
        theta.change(draw, theta, picture)
    return page


def scrubbed_gallery(draw: Draw, thetas: Sequence[float]) -> Any:
    """As latentnavigation does it: all frames are made first and kept in a hidden gallery; the server picks one."""
    import gradio as gr

    def nearest(theta: float, frames: Sequence[tuple[str, str | None]]) -> str:
        index = min(range(len(thetas)), key=lambda index: abs(thetas[index] - theta))
        return frames[index][0]

    with gr.Blocks(analytics_enabled=False) as page:
        frames = gr.Gallery([draw(theta) for theta in thetas], visible=False)
        picture = gr.Image(draw(thetas[-1]), type="filepath")
        theta = slider(thetas)
        theta.change(nearest, [theta, frames], picture, queue=False, show_progress="hidden", concurrency_limit=None)
    return page


def slider(thetas: Sequence[float]) -> Any:
    """θ from the first to the last, where it rests, in hundredths as on our page."""
    import gradio as gr

    return gr.Slider(thetas[0], thetas[-1], thetas[-1], step=0.01, label="θ", elem_id="theta")

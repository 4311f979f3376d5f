"""Turn a style up and down in a generated picture."""

from styleaug.engine import Picture, StyleEngine
from styleaug.loading import load_model
from styleaug.request import BadRequest, Mode, Request
from styleaug.slerp import slerp

__all__ = ["BadRequest", "Mode", "Picture", "Request", "StyleEngine", "load_model", "slerp"]

"""Twenty artistic styles as image filters: what the training pictures of the bundled model are painted with.

Each style takes a plain `Scene`, a strength and a generator and gives the picture in that style. Strength 0 is the
plain picture, 1 the style as it is usually seen, 1.4 an exaggeration. Every random number is drawn whatever the
strength is, so one seed puts its strokes in the same places at every strength and the style grows under one's hand.

Marks are measured in pixels of a 256 x 256 picture and kept at 4 px or more where they carry the style: the small
autoencoder loses anything finer.

Below the registry stand the styles by what they are made with (painters, prints, posters, line_drawings, pieces,
planes, screens), and below these the tools: marks, fields, colour.
"""

from styleaug.training.styles.registry import MAX_STRENGTH, STYLES, Style, apply_style

__all__ = ["MAX_STRENGTH", "STYLES", "Style", "apply_style"]

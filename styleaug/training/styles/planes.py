"""Pictures rebuilt from straight-edged planes: cubism, De Stijl, low poly."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import Delaunay

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import Array, label_means, luminance, mix, nearest_colour, saturate, tone
from styleaug.training.styles.fields import FIGURE, LAND, boundaries, kinds, lines, noise, pixels
from styleaug.training.styles.marks import polygons, sample, scatter

EARTHS = ((0.09, 0.07, 0.05), (0.31, 0.23, 0.15), (0.55, 0.44, 0.28), (0.72, 0.66, 0.53), (0.92, 0.88, 0.78))
SLATES = ((0.08, 0.09, 0.10), (0.25, 0.28, 0.29), (0.45, 0.48, 0.47), (0.66, 0.67, 0.62), (0.90, 0.88, 0.82))


def cubism(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Analytic cubism after Braque and Picasso: the picture broken into facets, each seen from its own viewpoint.

    Every facet shows the subject a little shifted, turned and enlarged; planes fade from a dark edge to a light one;
    straight dark lines mark the cuts; the palette is umber, ochre and grey, with hardly any colour left.
    """
    size = scene.picture.shape[0]
    facet, shade, edge = cuts(size, generator)
    seen_at = viewpoints(facet, strength, generator)
    contour = lines(boundaries(scene, 0.08, details=False), 2.6 * strength)
    layers = np.dstack([scene.picture, contour])
    layers = np.dstack([ndimage.map_coordinates(layers[..., c], seen_at, order=1, mode="nearest") for c in range(4)])
    broken, contour = layers[..., :3], layers[..., 3]
    light = luminance(broken)
    low, high = np.quantile(light, (0.02, 0.96))
    spread = np.clip((light - low) / max(float(high - low), 0.08), 0, 1)
    tint = generator.normal(0, 0.05, int(facet.max()) + 1).astype(np.float32)[facet]
    value = 0.06 + 0.26 * light + 0.60 * spread + tint + 0.22 * shade + 0.03 * noise(generator, size, 50, 18)
    cold = np.where(facet % 3 == 0, np.float32(0.75), np.float32(0))
    planes = mix(saturate(broken, 0.8), mix(tone(value, EARTHS), tone(value, SLATES), cold), 0.75)
    canvas = mix(broken, planes, min(1.0, 1.1 * strength))
    seam = np.clip(1.1 * strength + 0.5 - edge, 0, 1)
    return mix(canvas, (0.10, 0.08, 0.06), 0.85 * min(1.0, strength) * np.maximum(contour, seam))


def viewpoints(facet: NDArray[np.intp], strength: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """The row and column (2, H, W) that every pixel shows: its facet's picture shifted, turned and enlarged."""
    size, count = facet.shape[0], int(facet.max()) + 1
    shift = np.clip(generator.normal(0, 0.026, (2, count)), -0.05, 0.05) * strength * size
    turn = np.clip(generator.normal(0, 0.13, count), -0.26, 0.26) * strength
    zoom = 1 - generator.uniform(-0.05, 0.18, count) * strength
    cosine, sine = (np.cos(turn) * zoom)[facet], (np.sin(turn) * zoom)[facet]
    labels, area = facet.reshape(-1), np.bincount(facet.reshape(-1))
    x, y = pixels(size)
    middle_x, middle_y = ((np.bincount(labels, axis.reshape(-1)) / area)[facet] for axis in (x, y))
    column = middle_x + cosine * (x - middle_x) - sine * (y - middle_y) + shift[0][facet]
    row = middle_y + sine * (x - middle_x) + cosine * (y - middle_y) + shift[1][facet]
    return np.stack([row, column])


def cuts(size: int, generator: np.random.Generator) -> tuple[NDArray[np.intp], Array, Array]:
    """Straight cuts and two arcs through the picture, most of them ending where they meet an earlier one.

    Returns every pixel's facet, a shade (-1 dark to 1 light) that fades away from each cut, and the distance from the
    nearest cut in pixels.
    """
    count = 12
    x, y = pixels(size)
    centres = generator.uniform(0.12, 0.88, (count, 2)) * size
    angles = np.resize((0.15, 1.2, 2.2, 1.65), count) + generator.uniform(-0.22, 0.22, count)
    angles += generator.uniform(-0.3, 0.3)
    radii = generator.uniform(0.11, 0.20, count) * size
    light_inside = generator.integers(0, 2, count) > 0
    code = np.zeros((size, size), np.intp)
    shade, edge = np.zeros((size, size), np.float32), np.full((size, size), 99.0, np.float32)
    sides: list[Array] = []
    for number, (middle_x, middle_y) in enumerate(centres.astype(np.float32)):
        if number in (5, 9):
            side = np.sqrt((x - middle_x) ** 2 + (y - middle_y) ** 2) - np.float32(radii[number])
        else:
            across, down = np.float32(np.cos(angles[number])), np.float32(np.sin(angles[number]))
            side = (x - middle_x) * across + (y - middle_y) * down
        here = np.ones((size, size), bool)
        for earlier in sides[number - 3 : number - 2 + number % 2] if number >= 3 else []:
            here &= (earlier > 0) == (earlier[int(middle_y), int(middle_x)] > 0)
        sides.append(side)
        code = code * 2 + (here & (side > 0))
        fall = np.exp(-np.abs(side).astype(np.float64) / (0.085 * size)).astype(np.float32)
        shade += np.where(here, np.where((side > 0) == light_inside[number], fall, -fall), np.float32(0))
        edge = np.minimum(edge, np.where(here, np.abs(side), np.float32(99)))
    facet = np.unique(code, return_inverse=True)[1].reshape(size, size)
    return facet, np.clip(shade, -1, 1), edge


def low_poly(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A low poly render: a mesh of triangles, each one flat colour, lit as if the surface were folded paper.

    Vertices lie on the outlines, dense on the figure and wide in the sky; colours are the scene's own, a little
    purer; there are no lines and no texture. Cubism breaks the view, this only its surface.
    """
    points = vertices(scene, generator)
    heights = generator.normal(0, 3.6, len(points)).astype(np.float32)
    mesh = Delaunay(points.astype(np.float64)).simplices
    corners = points[mesh]
    number = triangle_map(corners, scene.picture.shape[0])
    area = np.bincount(number.reshape(-1), minlength=len(mesh))
    colours = sample(scene.picture, corners.mean(1))
    means = label_means(scene.picture, number)
    colours[: len(means)] = np.where((area[: len(means)] > 2)[:, None], means, colours[: len(means)])
    light = 1 - (0.08 + 0.14 * strength) * slopes(corners, heights[mesh])
    facets = polygons(scene.picture, corners, saturate(colours, 1 + 0.35 * strength) * light[:, None])
    return mix(scene.picture, facets, min(1.0, 1.15 * strength))


def vertices(scene: Scene, generator: np.random.Generator) -> Array:
    """The mesh's points (N, 2): along the outlines, dense on figures, sparse elsewhere, and the four corners."""
    size, kind = scene.picture.shape[0], kinds(scene)
    sparse, dense = scatter(generator, size, 34.0), scatter(generator, size, 19.0)
    rim = np.argwhere(boundaries(scene, 0.08, details=False))[:, ::-1]
    rim = rim[generator.permutation(len(rim))]
    cells = rim // 11
    rim = rim[np.unique(cells[:, 0] * size + cells[:, 1], return_index=True)[1]]
    rim = (rim + generator.uniform(-0.4, 0.4, rim.shape)).astype(np.float32)
    ends = np.array([(-2, -2), (size + 2, -2), (-2, size + 2), (size + 2, size + 2)], np.float32)
    figure = (kind == FIGURE).astype(np.float32)
    return np.concatenate([ends, sparse[sample(figure, sparse) == 0], dense[sample(figure, dense) == 1], rim])


def slopes(corners: Array, heights: Array) -> Array:
    """How far each triangle (N, 3, 2), its corners lifted to heights (N, 3), is turned away from light above left."""
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    rise, climb = heights[:, 1] - heights[:, 0], heights[:, 2] - heights[:, 0]
    # The normal is the cross product of two sides.
    across = one[:, 1] * climb - rise * two[:, 1]
    down = rise * two[:, 0] - one[:, 0] * climb
    up = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    length = np.sqrt(across**2 + down**2 + up**2) + np.float32(1e-6)
    turned: Array = np.sign(up) * (across + np.float32(1.4) * down) / length
    return turned


def triangle_map(corners: Array, size: int) -> NDArray[np.int32]:
    """The number of the triangle painted last at each pixel."""
    sheet = Image.new("I", (size, size))
    pen = ImageDraw.Draw(sheet)
    for number, outline in enumerate((corners - 0.5).reshape(len(corners), -1).tolist()):
        pen.polygon(outline, fill=number)
    return np.asarray(sheet).astype(np.int32)


PRIMARIES = np.array(
    [(0.86, 0.10, 0.10), (0.98, 0.83, 0.10), (0.07, 0.22, 0.62), (0.07, 0.07, 0.08), (0.97, 0.96, 0.93)], np.float32
)
PAPERS = np.array([(0.97, 0.96, 0.93), (0.93, 0.92, 0.88), (0.84, 0.85, 0.85), (0.90, 0.88, 0.80)], np.float32)


def de_stijl(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Neo-plasticism after Mondrian: level and upright black lines, and between them red, yellow, blue and white.

    Nothing is slanted, curved, shaded or green. The grid's lines are set where the scene has its edges; figures keep
    their masses in primaries and black, their surroundings become large fields of white and pale grey (water, of
    blue), with now and then a coloured one at the border.
    """
    size = scene.picture.shape[0]
    rows, columns = grid_lines(scene, generator)
    down, along = (np.searchsorted(starts, np.arange(size), side="right") - 1 for starts in (rows, columns))
    cell = down[:, None] * len(columns) + along
    votes = np.bincount((cell * 8 + meanings(scene)).reshape(-1), minlength=len(rows) * len(columns) * 8)
    field, colours = merged(votes.reshape(len(rows), len(columns), 8).argmax(-1), generator)
    number = field[down[:, None], along]
    found = np.zeros((size, size), bool)
    found[:-1] |= number[:-1] != number[1:]
    found[:, :-1] |= number[:, :-1] != number[:, 1:]
    canvas = mix(scene.picture, colours[number], min(1.0, 1.1 * strength))
    return mix(canvas, (0.05, 0.05, 0.06), lines(found, 4.2 * strength) * min(1.0, 1.3 * strength))


SURROUNDINGS, WATER = 5, 7  # what a pixel may mean: one of the five primaries; backdrop or land (5 + kind); water


def meanings(scene: Scene) -> NDArray[np.intp]:
    """For every pixel the primary that stands for it, or the kind of surroundings that it belongs to."""
    means = label_means(scene.picture, scene.regions)
    light = luminance(means)
    pale = (light > 0.82) & (np.ptp(means, axis=-1) < 0.2)
    kind = kinds(scene)
    figure = light[scene.regions[kind == FIGURE]]
    dark = light < (np.clip(0.6 * np.median(figure), 0.14, 0.30) if len(figure) else 0.0)
    hue = nearest_colour(saturate(means, 2.2), PRIMARIES[:3], chroma=1.8)
    blue = (means[:, 0] < 0.7 * means[:, 2]) & (means[:, 1] < means[:, 2])
    around = np.where((kind == LAND) & blue[scene.regions], WATER, SURROUNDINGS + kind)
    return np.where(kind == FIGURE, np.where(pale, 4, np.where(dark, 3, hue))[scene.regions], around)


def grid_lines(scene: Scene, generator: np.random.Generator) -> list[NDArray[np.intp]]:
    """Where the grid's rows and columns begin: 6 to 10 px apart, on the strongest edges of figures."""
    figure, size = kinds(scene) == FIGURE, scene.regions.shape[0]
    both = []
    for labels, near in ((scene.regions, figure), (scene.regions.T, figure.T)):
        edge = ((labels[1:] != labels[:-1]) & (near[1:] | near[:-1])).sum(1) + generator.uniform(0, 1, size - 1)
        starts = [0]
        while starts[-1] + 12 < size:
            at = starts[-1] + 6
            starts.append(at + int(np.argmax(edge[at - 1 : at + 4])))
        both.append(np.array(starts, np.intp))
    return both


def merged(chosen: NDArray[np.intp], generator: np.random.Generator) -> tuple[NDArray[np.intp], Array]:
    """Merge cells of one meaning into rectangles: every cell's field, and each field's colour (N, 3).

    The first five fields are the primaries themselves, for the small pieces of a figure: no line divides these.
    """
    rows, columns = chosen.shape
    field, dice = np.full(chosen.shape, -1, np.intp), generator.uniform(size=chosen.shape)
    longest = generator.integers(5, 12, chosen.shape)
    colours = list(PRIMARIES)
    for row, column in np.ndindex(rows, columns):
        if field[row, column] >= 0:
            continue
        meaning, limit = chosen[row, column], longest[row, column]
        same = (chosen[row : row + limit, column : column + limit] == meaning) & (
            field[row : row + limit, column : column + limit] < 0
        )
        wide = int(np.logical_and.accumulate(same[0]).sum())
        tall = int(np.logical_and.accumulate(same[:, :wide].all(1)).sum())
        place = np.s_[row : row + tall, column : column + wide]
        chance = dice[row, column]
        if meaning < SURROUNDINGS and wide * tall < 18:
            field[place] = meaning
            continue
        field[place] = len(colours)
        at_border = row == 0 or column == 0 or row + tall == rows or column + wide == columns
        if meaning < SURROUNDINGS:
            colours.append(PRIMARIES[meaning])
        elif meaning == WATER:
            colours.append(PRIMARIES[2])
        elif at_border and chance < 0.2:
            colours.append(PRIMARIES[int(chance * 15)])
        else:
            colours.append(PAPERS[int(chance * 40) % 4])
    return field, np.stack(colours)

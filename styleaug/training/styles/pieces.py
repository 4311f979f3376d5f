"""Styles set together from pieces: stained glass, mosaic, Klimt gold."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from styleaug.training.scenes import Scene
from styleaug.training.styles.colour import (
    Array,
    from_image,
    label_means,
    luminance,
    mix,
    nearest_colour,
    region_means,
    saturate,
    tone,
)
from styleaug.training.styles.fields import (
    BACKDROP,
    FIGURE,
    LAND,
    blur,
    boundaries,
    crowd,
    inset,
    kinds,
    lines,
    noise,
    pixels,
    smoothstep,
)
from styleaug.training.styles.marks import polygons, sample, scatter, spots


def stained_glass(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A leaded window: shapes cut into panes of saturated, luminous glass, held by thick dark cames.

    Every pane has its own hue and thickness and is brightest in its middle, where daylight comes through.
    """
    size = scene.picture.shape[0]
    seeds = np.ones((size, size), bool)
    spots = np.clip(scatter(generator, size, size / 7.5), 0, size - 1).astype(np.intp)
    seeds[spots[:, 1], spots[:, 0]] = False
    near = ndimage.distance_transform_edt(seeds, return_distances=False, return_indices=True)
    cells = (near[0] * size + near[1]).astype(np.int32)
    shapes = boundaries(scene, 0.1, details=False)
    shapes &= crowd(shapes) < 0.17  # glass cannot be cut finer
    panes = cells * 64 + scene.regions % 64
    cut = np.zeros((size, size), bool)
    cut[:-1] |= cells[:-1] != cells[1:]
    cut[:, :-1] |= cells[:, :-1] != cells[:, 1:]
    cut |= shapes
    colour = np.clip(saturate(region_means(scene.picture, panes), 2.6) * 1.05, 0, 1)
    peak = colour.max(-1, keepdims=True)
    colour = colour * mix(1.0, np.maximum(0.85 / np.maximum(peak, 0.05), 1), 0.55)
    tint = generator.normal(0, 0.13, (size, 3)).astype(np.float32)[(cells * 7 + scene.regions) % size]
    colour = np.clip(colour + tint, 0.03, 1)
    distance = ndimage.distance_transform_edt(~cut).astype(np.float32)
    glow = 0.62 + 0.55 * smoothstep(0, 11, distance)
    streak = 1 + 0.07 * noise(generator, size, 40, 9)
    glass = np.clip(colour * (glow * streak)[..., None] + 0.16 * smoothstep(4, 14, distance)[..., None], 0, 1)
    canvas = mix(scene.picture, glass, min(1.0, 1.1 * strength))
    lead = np.maximum(np.clip(1.7 * strength + 0.5 - distance, 0, 1), lines(shapes, 5.4 * strength))
    came = np.float32(0.05) + 0.13 * np.exp(-((distance - 0.4) ** 2))[..., None]
    return mix(canvas, came + np.zeros_like(canvas), lead * min(1.0, 1.5 * strength))


MARBLE = np.array(
    [
        (0.93, 0.90, 0.82), (0.72, 0.67, 0.58), (0.42, 0.40, 0.38), (0.14, 0.13, 0.14), (0.80, 0.60, 0.28),
        (0.72, 0.36, 0.22), (0.45, 0.16, 0.12), (0.46, 0.30, 0.18), (0.46, 0.60, 0.66), (0.20, 0.36, 0.52),
        (0.12, 0.18, 0.32), (0.45, 0.50, 0.30), (0.22, 0.32, 0.22), (0.86, 0.70, 0.62), (0.90, 0.78, 0.45),
    ],
    np.float32,
)  # fmt: skip


def mosaic(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """A Roman floor: small squarish stones in pale mortar, set in rows that follow the outlines.

    Colours are those of marble, terracotta, ochre, slate and glass, and no two neighbouring stones are quite alike;
    a border of two rows runs round. Stained glass has large panes and black lead, pixel art a strict grid.
    """
    size, side = scene.picture.shape[0], 8.0
    means = label_means(scene.picture, scene.regions)
    stone = mix(saturate(means, 1.7), MARBLE[nearest_colour(saturate(means, 1.6), MARBLE)], 0.5)[scene.regions]
    stone = stone + 0.9 * (scene.picture - means[scene.regions])
    border = inset(size)
    stone = np.where((border < 2 * side)[..., None], MARBLE[0], stone)
    stone = np.where((border < side)[..., None], MARBLE[5] * 0.85, stone)
    found = boundaries(scene, 0.09)
    away = np.where(border < 2 * side, border, border - 2 * side)
    if found.any():
        nearest = ndimage.distance_transform_edt(~found).astype(np.float32)
        away = np.where(border < 2 * side, border, np.minimum(away, nearest))
    centres, sides = set_stones(away, side, generator)
    value = generator.normal(0, 0.09, (len(centres), 1)).astype(np.float32)
    hue = generator.normal(0, 0.025, (len(centres), 3)).astype(np.float32)
    shades = sample(stone, centres) * (1 + value * strength) + hue * strength
    mortar = np.array([0.52, 0.47, 0.40], np.float32)
    bed = mix(scene.picture, mortar, min(1.0, 1.1 * strength))
    across = stone_directions(away, centres)
    across[sample(border, centres) < 2 * side] = (1, 0)
    along = np.stack([-across[:, 1], across[:, 0]], axis=-1)
    corners = np.stack([across + along, across - along, -across - along, along - across], axis=1)
    corners = corners * (sides / 2)[:, None, None]
    # Every stone is laid in its own mortar, which cuts back what it overlaps.
    outer, inner = centres[:, None] + 1.04 * corners, centres[:, None] + (0.97 - 0.12 * strength) * corners
    both = np.stack([outer, inner], axis=1).reshape(-1, 4, 2).astype(np.float32)
    inks = np.stack([mortar + np.zeros_like(shades), shades], axis=1).reshape(-1, 3).astype(np.float32)
    return mix(scene.picture, polygons(bed, both, inks), min(1.0, 1.15 * strength))


def set_stones(away: Array, side: float, generator: np.random.Generator) -> tuple[Array, Array]:
    """Centres (N, 2) and sides (N,) of stones.

    away: distance from the outlines. First come small ones into whatever is too narrow for a row (eyes, windows), then
    rows along the outlines, each filled from one end, then small ones into the gaps. A stone is set where none stands
    within its side.
    """
    size = away.shape[0]
    x, y = pixels(size)
    order = 10 * np.floor(away / side) + 3 * (x + 0.6 * y) / size + generator.uniform(0, 0.02, (size, size))
    middle = np.abs(away % side - side / 2) < 0.75
    narrow = (away < side / 2 - 0.75) & (away >= 1.4) & (away == ndimage.maximum_filter(away, 5))
    free, anywhere = np.ones((size, size), bool), np.ones((size, size), bool)
    centres: list[tuple[int, int]] = []
    sides: list[float] = []
    for step, where in ((0.66 * side, narrow), (side, middle), (0.72 * side, anywhere), (0.55 * side, anywhere)):
        reach = int(np.ceil(step))
        across, down = pixels(2 * reach + 1)
        outside = (across - reach) ** 2 + (down - reach) ** 2 >= (0.94 * step) ** 2
        ranked = np.argsort(np.where(free & where, order, np.inf), axis=None, kind="stable")
        for place in ranked[: np.count_nonzero(free & where)].tolist():
            row, column = divmod(place, size)
            if free[row, column]:
                centres.append((column, row))
                sides.append(step)
                top, left = max(row - reach, 0), max(column - reach, 0)
                window = free[top : row + reach + 1, left : column + reach + 1]
                at = top - row + reach, left - column + reach
                window &= outside[at[0] : at[0] + window.shape[0], at[1] : at[1] + window.shape[1]]
    return np.array(centres, np.float32) + np.float32(0.5), np.array(sides, np.float32)


def stone_directions(away: Array, centres: Array) -> Array:
    """Unit vectors (N, 2) across the rows: up the slope of the distance from the outlines."""
    down, right = (np.asarray(slope, np.float32) for slope in np.gradient(blur(away, 2.0)))
    slope = np.stack([sample(right, centres), sample(down, centres)], axis=-1)
    length = np.sqrt((slope**2).sum(-1, keepdims=True))
    return np.where(length > 0.1, slope / np.maximum(length, 0.1), (1.0, 0.0)).astype(np.float32)


GOLD = ((0.16, 0.09, 0.04), (0.42, 0.25, 0.07), (0.74, 0.51, 0.13), (0.94, 0.75, 0.27), (1.0, 0.93, 0.64))
PETALS = np.array(
    [(0.93, 0.80, 0.25), (0.62, 0.38, 0.74), (0.94, 0.92, 0.84), (0.82, 0.25, 0.20), (0.35, 0.45, 0.80)], np.float32
)
JEWELS = np.array(
    [
        (0.10, 0.08, 0.06), (0.97, 0.93, 0.80), (0.78, 0.16, 0.12), (0.10, 0.30, 0.52), (0.10, 0.44, 0.30),
        (0.48, 0.20, 0.46), (1.0, 0.86, 0.40), (0.10, 0.08, 0.06),
    ],
    np.float32,
)  # fmt: skip


def klimt(scene: Scene, strength: float, generator: np.random.Generator) -> Array:
    """Klimt's golden phase: a ground of gold leaf with spirals, and flat shapes filled with ornament.

    Each large shape has a pattern of its own (rings, upright black and white blocks, triangles, eyes) in gold and
    jewel colours, as robes have in The Kiss; small shapes keep their own colour, as faces and hands do; the land is
    a dark meadow set with flowers.
    """
    size = scene.picture.shape[0]
    kind = kinds(scene)
    means = label_means(scene.picture, scene.regions)
    light = luminance(means)
    robe = mix(saturate(means, 1.7), tone(1.25 * light - 0.1, GOLD), 0.56)[scene.regions]
    robe = robe * (1 + 0.8 * (luminance(scene.picture) - light[scene.regions]))[..., None]
    large = np.bincount(scene.regions.reshape(-1)) > size * size // 90
    pattern = np.where(large[scene.regions] & (kind == FIGURE), scene.regions % 4, -1)
    ornament, laid = ornaments(pattern, generator)
    robe = mix(robe, ornament, 0.8 * laid)
    meadow, petals = flowers(size, generator)
    land = mix(robe * (0.45, 0.50, 0.30), meadow, petals)
    leaf = gold_leaf(light[scene.regions], generator)
    canvas = np.where((kind == LAND)[..., None], land, np.where((kind == BACKDROP)[..., None], leaf, robe))
    canvas = mix(scene.picture, canvas, min(1.0, 1.1 * strength))
    found = boundaries(scene, 0.05, details=False)
    canvas = mix(canvas, (1.0, 0.86, 0.42), lines(found, 5.0 * strength) * min(0.9, strength))
    return mix(canvas, (0.16, 0.09, 0.04), lines(found, 2.2 * strength) * min(1.0, 1.2 * strength))


def ornaments(pattern: NDArray[np.intp], generator: np.random.Generator) -> tuple[Array, Array]:
    """Rings (0), upright blocks (1), triangles (2), eyes (3) where a map asks for them: colours, and their mask."""
    size = pattern.shape[0]
    shift, jewel = generator.integers(0, 64, (4, 2)), generator.integers(0, len(JEWELS), (4, 64))
    colours, mask = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    for number, (wide, high) in enumerate(((17, 16), (9, 15), (14, 12), (20, 11))):
        rows, columns = np.nonzero(pattern == number)
        u, v = columns + shift[number, 0], rows + shift[number, 1]
        column = u // wide
        v = v + (column % 2) * (high // 2)
        row = v // high
        ink = JEWELS[jewel[number, (column * 13 + row * 29) % 64]]
        across, down = u % wide - wide / 2, v % high - high / 2
        squared = across**2 + down**2
        if number == 0:
            light = (squared > 2.2**2) & (squared < 4.4**2)
            ink, covered = np.where(light[:, None], JEWELS[6], ink), squared < 7**2
        elif number == 1:
            turn = (column * 3 + row * 5) % 3
            ink = np.where((turn < 2)[:, None], JEWELS[np.minimum(turn, 1)], ink)
            covered = (np.abs(across) < 3.3) & (np.abs(down) < 5.5 - row % 3)
        elif number == 2:
            covered = np.abs(across) * 1.7 < down + high / 2 - 1.5
        else:
            ink = JEWELS[np.where(squared < 2.4**2, 3, np.where(squared < 3.6**2, 0, 1))]
            covered = np.abs(down) < 4.6 * (1 - (across / 9) ** 2)
        colours[rows, columns], mask[rows, columns] = ink, covered
    return colours, mask


def flowers(size: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """A meadow of round flowers with hearts: their colours, and their mask."""
    points = scatter(generator, size, 12.0)
    radii = generator.uniform(2.4, 4.2, len(points)).astype(np.float32)
    inks = PETALS[generator.integers(0, len(PETALS), len(points))]
    bare = np.zeros((size, size, 3), np.float32)
    paired = np.stack([inks, 0.8 * inks[:, ::-1]], axis=1).reshape(-1, 3)
    bed = spots(bare, np.repeat(points, 2, 0), np.stack([radii, 0.4 * radii], 1).reshape(-1), paired)
    return bed, smoothstep(0.0, 0.5, bed.max(-1))


def gold_leaf(light: Array, generator: np.random.Generator) -> Array:
    """Square leaves of beaten gold, each a little lighter or darker, set with coiling branches."""
    size = light.shape[0]
    x, y = pixels(size)
    leaf = generator.normal(0, 0.05, (32, 32)).astype(np.float32)
    offset = generator.uniform(0, 22, 2)
    squares = leaf[((y + offset[1]) // 22).astype(np.intp) % 32, ((x + offset[0]) // 22).astype(np.intp) % 32]
    mottle = 0.05 * noise(generator, size, 40) + 0.05 * noise(generator, size, 8)
    ground = tone(0.56 + 0.18 * (light - 0.5) + squares + mottle, GOLD)
    return mix(ground, (0.30, 0.17, 0.05), 0.85 * spirals(size, generator))


def spirals(size: int, generator: np.random.Generator) -> Array:
    """Coils with tails, as in the Tree of Life: their mask."""
    sheet = Image.new("L", (2 * size, 2 * size))
    pen = ImageDraw.Draw(sheet)
    turn = np.linspace(0.0, 5.2 * np.pi, 40)
    coil = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * (turn / turn[-1])[:, None]
    points = scatter(generator, size, 44.0)
    angles = generator.uniform(0, 2 * np.pi, len(points))
    radii = generator.uniform(13, 21, len(points))
    hands = generator.integers(0, 2, len(points)) * 2 - 1
    for point, angle, radius, hand in zip(points, angles, radii, hands, strict=True):
        cosine, sine = np.cos(angle) * radius, np.sin(angle) * radius
        along, across = coil[:, 0], coil[:, 1] * hand
        path = np.stack([along * cosine - across * sine, along * sine + across * cosine], axis=-1) + point
        pen.line((2 * path).reshape(-1).tolist(), fill=255, width=5)
    return from_image(sheet.reduce(2))

"""Pictures of what is no digit: letters, signs, shapes, drawings, textures.

Those of DEVELOPED were looked at while the way to doubt was chosen; those of HELD_OUT were not.
"""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from pictures.camera import HEIGHT, WIDTH, grain, painted, slope, taken, wood
from pictures.drawn import SHAPES, Draw, inked
from pictures.figures import DRAWINGS
from pictures.fonts import letter, readable

# Without what many people write as they write a digit: B b D G g I i l O o Q q S s y Z z and so on.
LATIN = tuple("ACEFHJKLMNPRTUVWXY" + "adefhkmnprtuvwx")
SIGNS = tuple("+-=%?#&@*")
FOREIGN = tuple("ΓΔΛΞΠΣΦΨΩλμπψωЖИЛЦШЮЯЪЫЭжфьאשםмبسشԱԲԳՖქწჟ")
SHAPE = (HEIGHT, WIDTH)

Make = Callable[[np.random.Generator], Image.Image]


def _photo(mark: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Put a mark (h, w) 0..1 on a page, a screen or a board, and take a picture of it."""
    image = Image.fromarray(np.uint8(255 * mark))
    screen = rng.random() < 0.4
    shape = (280, 280) if screen else SHAPE
    scale = rng.uniform(0.4, 0.8) * min(shape) / max(image.size)
    width, height = (max(2, round(scale * side)) for side in image.size)
    small = np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    page = np.zeros(shape, np.float32)
    top, left = (int(rng.integers(8, s - n - 7)) for s, n in zip(shape, small.shape, strict=True))
    page[top : top + height, left : left + width] = small
    if screen:
        sides = ((255, 255, 255), (0, 0, 0))
        colour, ground = sides if rng.random() < 0.5 else sides[::-1]
        return Image.fromarray(np.uint8(painted(page, colour, ground)))
    light = painted(0.9 * page) * slope(rng, SHAPE, rng.uniform(0, 0.3))
    return taken(light, rng, noise=rng.uniform(1, 8), blur=rng.uniform(0.4, 1.4))


def _texts(texts: Sequence[str]) -> Make:
    def make(rng: np.random.Generator) -> Image.Image:
        known = readable(texts)
        return _photo(letter(known[rng.integers(len(known))], rng), rng)

    return make


def _figure(draw: Draw) -> Make:
    return lambda rng: _photo(inked(draw(rng), rng), rng)


def _grainy(rng: np.random.Generator) -> Image.Image:
    """Photograph sand, felt, plaster."""
    spots = grain(rng, SHAPE, rng.uniform(1, 25), rng.uniform(0.1, 0.35))
    return taken(np.array((170, 165, 150)) * spots, rng)


def _stripes(rng: np.random.Generator) -> Image.Image:
    """Photograph striped or checked cloth."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    angle, cycle = rng.uniform(0, np.pi), rng.uniform(12, 90)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) / cycle * 2 * np.pi)
    if rng.random() < 0.5:
        wave = wave * np.sin((y * np.cos(angle) - x * np.sin(angle)) / cycle * 2 * np.pi)
    return taken(painted((wave > 0).astype(np.float32), (70, 80, 120), (210, 205, 200)), rng)


def _board(rng: np.random.Generator) -> Image.Image:
    """Photograph a wooden table."""
    return taken(wood(rng, SHAPE) * slope(rng, SHAPE), rng)


def _specks(rng: np.random.Generator) -> Image.Image:
    """Photograph paper with many small stains."""
    page = np.zeros(SHAPE, np.float32)
    for _ in range(int(rng.integers(30, 200))):
        y, x, size = rng.integers(0, HEIGHT - 12), rng.integers(0, WIDTH - 12), rng.integers(2, 12)
        page[y : y + size, x : x + size] = rng.uniform(0.3, 1)
    return taken(painted(page), rng)


def _rings(rng: np.random.Generator) -> Image.Image:
    """Photograph ripples or the rings of a tree."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    far = np.hypot(y - rng.uniform(0, HEIGHT), x - rng.uniform(0, WIDTH)) / rng.uniform(4, 14)
    return taken(painted((0.5 + 0.5 * np.sin(far)).astype(np.float32), (100, 70, 50)), rng)


def _bricks(rng: np.random.Generator) -> Image.Image:
    """Photograph a wall of bricks."""
    high, wide = int(rng.integers(30, 70)), int(rng.integers(70, 160))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    joint = (y % high < 5) | ((x + (y // high) % 2 * (wide // 2)) % wide < 5)
    wall = painted(joint.astype(np.float32), (205, 200, 190), (150, 75, 60))
    return taken(wall * grain(rng, SHAPE, 2, 0.07), rng)


def _pebbles(rng: np.random.Generator) -> Image.Image:
    """Photograph pebbles: cells around random points, darker towards their edges."""
    points = rng.uniform(0, 1, (int(rng.integers(30, 120)), 2)) * SHAPE
    y, x = np.mgrid[: HEIGHT // 4, : WIDTH // 4] * 4
    apart = np.hypot(y[..., None] - points[:, 0], x[..., None] - points[:, 1])
    near = np.partition(apart, 1, axis=2)
    edge = np.clip((near[..., 1] - near[..., 0]) / 25, 0, 1)
    grey = Image.fromarray(np.uint8(90 + 110 * edge)).resize((WIDTH, HEIGHT))
    return taken(np.repeat(np.asarray(grey, np.float32)[..., None], 3, axis=2), rng)


def _sky(rng: np.random.Generator) -> Image.Image:
    """Photograph clouds."""
    soft = grain(rng, SHAPE, 40, 0.12) * grain(rng, SHAPE, 12, 0.03)
    return taken(np.array((150, 180, 215)) * soft, rng)


DEVELOPED: dict[str, dict[str, Make]] = {
    "letters": {"Latin letters": _texts(LATIN), "signs": _texts(SIGNS)},
    "drawings": {name: _figure(draw) for name, draw in SHAPES.items()},
    "textures": {"grain": _grainy, "stripes": _stripes, "wood": _board, "specks": _specks},
}
HELD_OUT: dict[str, dict[str, Make]] = {
    "letters": {"letters of other alphabets": _texts(FOREIGN)},
    "drawings": {name: _figure(draw) for name, draw in DRAWINGS.items()},
    "textures": {"rings": _rings, "bricks": _bricks, "pebbles": _pebbles, "sky": _sky},
}

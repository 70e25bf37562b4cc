"""Filled shapes, blots, textures: N pictures of 28x28 at once, light on dark."""

import numpy as np

from cnntrain.data.handwriting.pen import BOX, SIDE

FINE = 4  # shapes are filled at this many times the resolution


def blots(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return filled shapes around a centre: discs, blots, polygons, stars, (N, 28, 28) 0..1."""
    across, down = _places(rng, count, FINE * SIDE)
    angle, radius = np.arctan2(down, across), np.hypot(across, down)
    edge = np.stack([_edge(angle[n], rng) for n in range(count)])
    filled = np.float32(radius < 0.5 * edge)
    means: np.ndarray = filled.reshape(count, SIDE, FINE, SIDE, FINE).mean(axis=(2, 4))
    return means


def textures(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return grain, stripes, spots, slopes: the whole of a square or within a blot, 0..1."""
    whole = np.stack([_texture(rng) for _ in range(count)])
    inside = np.where(rng.random((count, 1, 1)) < 0.5, blots(count, rng), _square())
    textures: np.ndarray = whole * inside
    return textures


def _places(rng: np.random.Generator, count: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates in N boxes, -0.5 to 0.5, stretched and turned: (N, side, side) each."""
    line = (np.arange(side) + 0.5) / side - 0.5
    line = line * SIDE / BOX
    x, y = np.broadcast_arrays(line, line[:, None])
    angle = rng.uniform(0, np.pi, (count, 1, 1))
    thin = np.exp(np.abs(rng.normal(0, 0.35, (count, 1, 1))))
    across = x * np.cos(angle) + y * np.sin(angle)
    down = y * np.cos(angle) - x * np.sin(angle)
    return across, down * thin


def _edge(angle: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how far from the centre a shape reaches in each direction, at most 1."""
    kind = rng.integers(3)
    if kind == 0:  # a disc, or a blot with bumps
        bumps = [
            rng.normal(0, 0.25 / k) * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
            for k in range(2, 2 + int(rng.integers(1, 7)))
        ]
        return np.minimum(np.exp(sum(bumps) * rng.uniform(0, 1)), 1.4) / 1.4
    corners = int(rng.integers(3, 8))
    place = (angle * corners / (2 * np.pi) + rng.uniform(0, 1)) % 1 - 0.5  # of a side
    if kind == 1:  # a regular polygon
        edge: np.ndarray = np.cos(np.pi / corners) / np.cos(2 * np.pi * place / corners)
        return edge
    inner = rng.uniform(0.3, 0.7)
    star: np.ndarray = inner + (1 - inner) * 2 * np.abs(place)
    return star


def _texture(rng: np.random.Generator) -> np.ndarray:
    """Return a texture of 28x28, 0..1."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    kind = rng.integers(4)
    if kind == 0:  # stripes, or checks
        angle, cycles = rng.uniform(0, np.pi), rng.uniform(1.5, 8) / SIDE * 2 * np.pi
        wave = np.sin(cycles * (x * np.cos(angle) + y * np.sin(angle)) + rng.uniform(0, 6))
        if rng.random() < 0.5:
            wave = wave * np.sin(cycles * (y * np.cos(angle) - x * np.sin(angle)))
        values = wave
    elif kind == 1:  # a slope of light, or the edge of a shadow
        angle = rng.uniform(0, 2 * np.pi)
        values = x * np.cos(angle) + y * np.sin(angle)
        values = values - np.median(values)
    else:  # grain or spots
        noise = np.fft.rfft2(rng.normal(0, 1, (SIDE, SIDE)))
        fy, fx = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij")
        power = np.exp(-((np.hypot(fx, fy) * SIDE / rng.uniform(2, 14)) ** 2))
        values = np.fft.irfft2(noise * power, (SIDE, SIDE))
    hard = np.exp(rng.uniform(0, 3))
    values = values / values.std() * hard - rng.uniform(-0.5, 1) * hard
    texture: np.ndarray = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return texture


def _square() -> np.ndarray:
    """Return the box that digits are fitted into: (28, 28), 1 inside."""
    margin = int(SIDE - BOX) // 2
    square = np.zeros((SIDE, SIDE), np.float32)
    square[margin:-margin, margin:-margin] = 1
    return square

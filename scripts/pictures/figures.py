"""Drawings such as children make: faces, houses, trees."""

import numpy as np

from pictures.drawn import Draw, Figure, oval, path


def _face(rng: np.random.Generator) -> Figure:
    mood = rng.choice((-1, 1))
    mouth = oval(0.5, 0.62 if mood > 0 else 0.85, 0.22, 0.15 * mood, 0.1, 0.9)
    eyes = [oval(x, 0.36, 0.05, rng.uniform(0.05, 0.09)) for x in (0.33, 0.67)]
    more = [path((0.5, 0.45), (0.46, 0.58), (0.52, 0.58))] if rng.random() < 0.5 else []
    return Figure([oval(0.5, 0.5, 0.46, 0.5), mouth, *more], eyes)


def _house(rng: np.random.Generator) -> Figure:
    wall = path((0.1, 0.45), (0.1, 1), (0.9, 1), (0.9, 0.45))
    roof = path((0, 0.5), (0.5, 0.02), (1, 0.5))
    door = path((0.42, 1), (0.42, 0.68), (0.6, 0.68), (0.6, 1))
    return Figure([wall, roof, door])


def _heart(rng: np.random.Generator, *, filled: bool = False) -> Figure:
    t = np.linspace(0, 2 * np.pi, 60)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    outline = np.stack([0.5 + x / 34, 0.45 - y / 34], axis=1)
    return Figure([], [outline]) if filled else Figure([outline])


def _tree(rng: np.random.Generator) -> Figure:
    branches = [
        path((0.5, y), (0.5 + s * rng.uniform(0.2, 0.4), y - 0.25))
        for y, s in ((0.7, 1), (0.6, -1), (0.45, 1), (0.35, -1))
    ]
    return Figure([path((0.5, 1), (0.5, 0)), *branches])


def _person(rng: np.random.Generator) -> Figure:
    arms = path((0.2, 0.35 + rng.uniform(-0.1, 0.1)), (0.5, 0.42), (0.8, 0.35))
    legs = path((0.25, 1), (0.5, 0.68), (0.75, 1))
    return Figure([oval(0.5, 0.14, 0.14, 0.14), path((0.5, 0.28), (0.5, 0.68)), arms, legs])


def _flower(rng: np.random.Generator) -> Figure:
    petals = [
        oval(0.5 + 0.22 * np.cos(a), 0.32 + 0.22 * np.sin(a), 0.12, 0.12)
        for a in np.arange(5) * 2 * np.pi / 5
    ]
    return Figure([*petals, path((0.5, 0.6), (0.52, 1)), path((0.52, 0.85), (0.75, 0.7))])


def _cloud(rng: np.random.Generator) -> Figure:
    arcs = [oval(x, y, 0.2, 0.2, 1, 2) for x, y in ((0.2, 0.6), (0.5, 0.45), (0.8, 0.6))]
    return Figure([*arcs, path((0, 0.6), (0.02, 0.75), (0.98, 0.75), (1, 0.6))])


def _fish(rng: np.random.Generator) -> Figure:
    body = oval(0.42, 0.5, 0.42, 0.26)
    return Figure(
        [body, path((0.82, 0.5), (1, 0.25), (1, 0.75), (0.82, 0.5))], [oval(0.2, 0.42, 0.04, 0.04)]
    )


def _car(rng: np.random.Generator) -> Figure:
    body = path(
        (0, 0.7),
        (0, 0.5),
        (0.25, 0.45),
        (0.38, 0.25),
        (0.72, 0.25),
        (0.85, 0.5),
        (1, 0.52),
        (1, 0.7),
        (0, 0.7),
    )
    return Figure([body, oval(0.25, 0.72, 0.1, 0.1), oval(0.75, 0.72, 0.1, 0.1)])


def _sun(rng: np.random.Generator) -> Figure:
    rays = [0.5 + np.outer((0.3, 0.5), (np.cos(a), np.sin(a))) for a in np.arange(8) * np.pi / 4]
    return Figure([oval(0.5, 0.5, 0.2, 0.2), *rays])


def _lightning(rng: np.random.Generator) -> Figure:
    outline = path(
        (0.55, 0), (0.2, 0.55), (0.48, 0.55), (0.35, 1), (0.8, 0.4), (0.5, 0.4), (0.7, 0), (0.55, 0)
    )
    return Figure([], [outline]) if rng.random() < 0.5 else Figure([outline])


def _cube(rng: np.random.Generator) -> Figure:
    front = path((0, 0.3), (0.7, 0.3), (0.7, 1), (0, 1), (0, 0.3))
    edges = [path((x, y), (x + 0.3, y - 0.3)) for x, y in ((0, 0.3), (0.7, 0.3), (0.7, 1))]
    return Figure([front, *edges, path((0.3, 0), (1, 0), (1, 0.7))])


DRAWINGS: dict[str, Draw] = {
    "face": _face,
    "house": _house,
    "heart": _heart,
    "filled heart": lambda rng: _heart(rng, filled=True),
    "tree": _tree,
    "stick figure": _person,
    "flower": _flower,
    "cloud": _cloud,
    "fish": _fish,
    "car": _car,
    "sun": _sun,
    "lightning": _lightning,
    "cube": _cube,
}

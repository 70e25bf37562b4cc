"""The ways of writing the ten digits."""

from cnntrain.data.handwriting.skeletons.curved import FIVE, THREE, TWO
from cnntrain.data.handwriting.skeletons.hand import Hand, Point, Stroke
from cnntrain.data.handwriting.skeletons.looped import EIGHT, NINE
from cnntrain.data.handwriting.skeletons.round import SIX, ZERO
from cnntrain.data.handwriting.skeletons.straight import FOUR, ONE, SEVEN

__all__ = ["HANDS", "Hand", "Point", "Stroke"]

HANDS: dict[str, tuple[Hand, ...]] = {
    "0": ZERO,
    "1": ONE,
    "2": TWO,
    "3": THREE,
    "4": FOUR,
    "5": FIVE,
    "6": SIX,
    "7": SEVEN,
    "8": EIGHT,
    "9": NINE,
}

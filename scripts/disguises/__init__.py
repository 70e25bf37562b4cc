"""MNIST digits disguised as what people photograph, scan and draw: one function per disguise."""

from disguises.base import Disguise
from disguises.places import PLACES
from disguises.surfaces import SURFACES

# name: (28, 28) uint8, light on dark, and a generator -> a picture of it
DISGUISES: dict[str, Disguise] = {**SURFACES, **PLACES}

"""MNIST digits disguised as what people photograph, scan and draw: one function per disguise."""

from pictures.camera import Disguise
from pictures.places import PLACES
from pictures.surfaces import SURFACES

# name: (28, 28) uint8, light on dark, and a generator -> a picture of it
DISGUISES: dict[str, Disguise] = {**SURFACES, **PLACES}

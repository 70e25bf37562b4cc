"""Augmentation: training images, each distorted a little, anew in every epoch.

The table has the names that `train.augment` in a configuration can use. A new distortion is one
class and one row here.
"""

from cnntrain.data.augment.augmentation import Augmentation, augmented
from cnntrain.data.augment.base import Distortion
from cnntrain.data.augment.elastic import Elastic
from cnntrain.data.augment.geometry import Rotation, Scale, Shear, Shift
from cnntrain.data.augment.pixels import Blur, Erasing, Noise, StrokeWidth

DISTORTIONS: dict[str, type[Distortion]] = {
    "shift": Shift,
    "rotate": Rotation,
    "scale": Scale,
    "shear": Shear,
    "elastic": Elastic,
    "stroke": StrokeWidth,
    "blur": Blur,
    "noise": Noise,
    "erase": Erasing,
}

__all__ = ["DISTORTIONS", "Augmentation", "Distortion", "augmented"]

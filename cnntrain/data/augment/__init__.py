"""Augmentation: training images, each distorted a little, anew in every epoch.

The table has the names that `train.augment` in a configuration can use. A new distortion is one
class and one row here.
"""

from cnntrain.data.augment.base import Distortion
from cnntrain.system.rows import Rows

DISTORTIONS = Rows[Distortion](
    __name__,
    {
        "shift": "geometry.Shift",
        "rotate": "geometry.Rotation",
        "scale": "geometry.Scale",
        "shear": "geometry.Shear",
        "elastic": "elastic.Elastic",
        "stroke": "pixels.StrokeWidth",
        "blur": "pixels.Blur",
        "noise": "pixels.Noise",
        "erase": "pixels.Erasing",
    },
)

__all__ = ["DISTORTIONS", "Distortion"]

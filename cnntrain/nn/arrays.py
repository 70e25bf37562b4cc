"""Names for the two layouts of maps, so that signatures say which one they mean.

All arrays are `np.ndarray`; the names are for readers, and for the tools that show signatures.
"""

import numpy as np

Images = np.ndarray  # (N, C, H, W): images, and the maps between layers, as the field has them
EngineMaps = np.ndarray  # (H, C, W, N): the same in the layout of `nn/fast`, the batch innermost

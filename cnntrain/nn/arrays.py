"""What all that computes with arrays shares: names for their layouts, and how NumPy reports errors.

There are two layouts of maps, and signatures say which one they mean. All arrays are `np.ndarray`;
the names are for readers, and for the tools that show signatures.
"""

import numpy as np

Images = np.ndarray  # (N, C, H, W): images, and the maps between layers, as the field has them
EngineMaps = np.ndarray  # (H, C, W, N): the same in the layout of `nn/fast`, the batch innermost

# A decorator: weights that are too large make numbers infinite or undefined, and NumPy would warn
# of each place. Whoever uses the results looks whether they are finite.
unwarned = np.errstate(over="ignore", invalid="ignore", divide="ignore")

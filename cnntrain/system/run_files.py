"""The names of the files in a run's folder by which other folders and programs find the run."""

CONFIG = "config.yaml"
LAST = "last.npz"  # the newest checkpoint
BEST = "best.npz"  # that of the best epoch, if there are validation images
LOCK = ".lock"  # held by the process that trains there; it stays, and marks the folder as a run's

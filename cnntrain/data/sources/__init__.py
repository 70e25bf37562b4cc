"""Where images come from, and the table of the names that a configuration's `dataset:` can take.

A new kind of data is one class and one row here; a new data set in MNIST's format is one row in
`data/idx/datasets.py`.
"""

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources.base import Source
from cnntrain.data.sources.csv_files import CSVFiles
from cnntrain.data.sources.folder import Folder
from cnntrain.data.sources.idx import MNIST, Files
from cnntrain.data.sources.idx_files import IdxFiles
from cnntrain.data.sources.inline import Inline
from cnntrain.data.sources.npz import NumPyArchives
from cnntrain.data.sources.synthetic import Synthetic

SOURCES: dict[str, type[Source]] = {
    **dict.fromkeys(DATASETS, Files),
    "mnist": MNIST,
    "synthetic": Synthetic,
    "inline": Inline,
    "folder": Folder,
    "idx": IdxFiles,
    "npz": NumPyArchives,
    "csv": CSVFiles,
}

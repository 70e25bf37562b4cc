"""Where images come from, and the table of the names that a configuration's `dataset:` can take.

A new kind of data is one class and one row here; a new data set in MNIST's format is one row in
`data/idx/datasets.py`.
"""

from cnntrain.data.idx.datasets import DATASETS
from cnntrain.data.sources.base import Source
from cnntrain.system.rows import Rows

SOURCES = Rows[Source](
    __name__,
    {
        **dict.fromkeys(DATASETS, "idx.Files"),
        "mnist": "idx.MNIST",
        "synthetic": "synthetic.Synthetic",
        "inline": "inline.Inline",
        "folder": "folder.Folder",
        "idx": "idx_files.IdxFiles",
        "npz": "npz.NumPyArchives",
        "csv": "csv_files.CSVFiles",
    },
)

"""What is learned from? Datasets by name, in whichever layout they lie, held whole in memory; one file an idea.

dataset     Dataset, DataError; grey levels as numbers
sources     the datasets by name
layout      a layout: files that were found and are not read yet
finding     which layout lies at a path
idx         MNIST's four files
npz         NumPy archives
tables      CSV
parquet     the Hugging Face Hub's parquet
pictures    a folder of pictures a class
photo       a drawing or photo -> a picture as MNIST has it
checks      range, paper, labels, blanks, doubles
names       what the classes are called
fetch       torchvision brings what is missing
load        a split, found, read and checked

    python -c "from gan.data import load_dataset; print(load_dataset('data', name='kmnist', download=True).class_names)"
"""

from gan.data.checks import find_doubles
from gan.data.dataset import (
    DIGITS,
    SPLITS,
    DataError,
    Dataset,
    MissingDataError,
    MixedDataError,
    to_float,
    to_uint8,
)
from gan.data.finding import find_layout, is_there
from gan.data.load import load_dataset, load_splits
from gan.data.sources import DEFAULT_ROOT, SOURCES, Source, check_name, get_root, get_same

__all__ = [
    "DEFAULT_ROOT",
    "DIGITS",
    "SOURCES",
    "SPLITS",
    "DataError",
    "Dataset",
    "MissingDataError",
    "MixedDataError",
    "Source",
    "check_name",
    "find_doubles",
    "find_layout",
    "get_root",
    "get_same",
    "is_there",
    "load_dataset",
    "load_splits",
    "to_float",
    "to_uint8",
]

"""Every reader of files from elsewhere, with whole files of its kind to start from."""

from tests.fuzzing.data_files import DATA_FILES
from tests.fuzzing.run_files import RUN_FILES

READERS = {**RUN_FILES, **DATA_FILES}

"""The way from a mini-batch to its row in batches.csv is as short as the lesson says."""

import re
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType

import cnntrain
from cnntrain.nn.execution.workspace import in_turn
from cnntrain.runs.begin import begin
from cnntrain.runs.folder import BATCHES, EPOCHS
from cnntrain.runs.new_folder import new_run
from cnntrain.runs.records import Records
from tests.readme import LESSON
from tests.small import small

PACKAGE = Path(cnntrain.__file__).parent
LAYERS = "nn/layers/"


def files_on_the_way(tmp_path: Path) -> set[str]:
    """Return the files whose code runs for one mini-batch by the layers' formulas."""
    found: set[str] = set()

    def note(frame: FrameType, _event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            found.add(path.relative_to(PACKAGE).as_posix())

    experiment = begin(small(), data_dir=None, fetch=lambda *_: None, plain=True)
    folder = new_run(experiment.config, tmp_path / "run")
    before = sys.gettrace()
    with (
        Records(folder / BATCHES, folder / EPOCHS, experiment.progress) as records,
        closing(experiment.events(folder, executor=in_turn, records=records)) as events,
    ):
        next(events)  # the first one makes the shards
        sys.settrace(note)
        try:
            next(events)
        finally:
            sys.settrace(before)
    return found


def test_a_mini_batch_goes_through_the_twelve_files_that_the_lesson_lists(tmp_path: Path) -> None:
    lesson = (PACKAGE.parent / LESSON).read_text()
    table = lesson.split("<!-- the way of a mini-batch -->")[1].split("\n\n")[0]
    listed = set(re.findall(r"`([a-z_/]+\.py)`", table))
    found = files_on_the_way(tmp_path)
    assert {name for name in found if not name.startswith(LAYERS)} == listed
    assert len(listed) == 12
    assert any(name.startswith(LAYERS) for name in found)

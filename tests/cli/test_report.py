import json
import re
from html import unescape
from pathlib import Path

import pytest

from cnntrain.system.shipped import shipped_model
from tests.cli.conftest import Cnntrain


def test_the_page_has_the_figures_that_eval_prints(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    done = cnntrain("report", trained, "--threads", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "digits-1-report.html\n", "")
    page = (here / "digits-1-report.html").read_text(encoding="utf-8")
    result = json.loads(cnntrain("eval", trained, "--json", "--threads", "1").stdout)
    low, high = result["error_ci95"]
    assert f"<dd>{result['error']:.2%} (95% interval {low:.2%} to {high:.2%})</dd>" in page
    assert f"<dd>{result['mse']:.5f}</dd>" in page
    cells = re.findall(r"<td(?: class=\"(?:right|wrong)\"[^>]*)?>(\d+|·)</td>", page)
    counts = [0 if cell == "·" else int(cell) for cell in cells[:100]]
    assert counts == [count for row in result["confusion"] for count in row]
    assert all(f"<td>{share:.2%}</td>" in page for share in result["per_class"])


def test_a_page_can_go_into_a_folder_and_be_made_again(
    cnntrain: Cnntrain, here: Path, trained: Path
) -> None:
    for _ in range(2):
        done = cnntrain("report", trained, "-o", "pages/", "--json", "--threads", "1")
        assert json.loads(done.stdout) == {"file": "pages/digits-1-report.html", "missing": []}
    assert [path.name for path in (here / "pages").iterdir()] == ["digits-1-report.html"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (
            ["RUN", "-o", "report.pdf"],
            2,
            "--out report.pdf: found the ending '.pdf', expected .html",
        ),
        (["runs/lenet-7"], 1, "runs/lenet-7: no such file or folder; give a run folder"),
        ([], 1, "runs/: found no trained network here"),
        (["."], 1, ".: found no last.npz in this folder"),
        (["tiny.yaml"], 1, "tiny.yaml: is a configuration, expected a trained network"),
        (["RUN", "RUN"], 2, "Got unexpected extra argument"),
    ],
)
def test_what_cannot_be_a_page_is_refused(
    cnntrain: Cnntrain, trained: Path, arguments: list[str], code: int, complaint: str
) -> None:
    done = cnntrain("report", *(str(trained) if word == "RUN" else word for word in arguments))
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr


def test_a_page_without_the_data_says_so(cnntrain: Cnntrain, here: Path) -> None:
    done = cnntrain("report", shipped_model(), "-o", "page.html")
    assert (done.returncode, done.stdout) == (0, "page.html\n")
    complaint = done.stderr.partition("left out: ")[2].strip()
    assert complaint.startswith("MNIST cannot be downloaded: ")
    page = unescape((here / "page.html").read_text(encoding="utf-8"))
    assert f"The network was not tested for this page: {complaint}</p>" in page
    recorded = json.loads((shipped_model() / "run.json").read_text(encoding="utf-8"))["result"]
    assert f"<dd>{recorded['test_error']:.2%}, as it was recorded</dd>" in page

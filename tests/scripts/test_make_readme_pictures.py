"""The pictures of the README, which scripts/make_readme_pictures makes."""

import re

from PIL import Image

from cnntrain.model.trained import load
from cnntrain.system.shipped import shipped_model
from tests.readme import FRONT, ROOT, block, read

PICTURES = ROOT / "scripts" / "readme"
MOST = 400_000  # bytes of all of them


def test_the_readme_shows_all_of_them_and_each_says_what_it_shows() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(scripts/readme/([^)]+)\)", read(FRONT))
    assert sorted(name for _, name in shown) == sorted(path.name for path in PICTURES.iterdir())
    assert all(len(words.split()) >= 4 for words, _ in shown)


def test_they_are_small_and_can_be_opened() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) <= MOST
    for path in PICTURES.iterdir():
        with Image.open(path) as image:
            assert min(image.size) > 200


def test_the_photo_is_read_as_the_readme_says() -> None:
    answer = load(shipped_model()).predict_file(PICTURES / "photo.jpg")
    said = block(FRONT, "output: cnntrain predict photo.jpg")
    assert re.fullmatch(rf"photo\.jpg: {answer.label} +\d+\.\d%\n", said)
    assert (answer.probability or 0) > 0.95

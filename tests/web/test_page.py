from cnntrain.web.modules import FOLDER
from cnntrain.web.page import page


def test_the_style_is_in_the_page() -> None:
    assert (FOLDER / "page.css").read_text(encoding="utf-8") in page("page.html.j2")


def test_a_page_may_fetch_nothing() -> None:
    assert "default-src 'none'" in page("page.html.j2")
    assert "http:" not in page("page.html.j2")

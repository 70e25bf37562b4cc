from cnntrain.web.page import FOLDER, page


def test_text_of_a_user_stays_text() -> None:
    run = {"name": "</title><script>", "heading": "<img src=x onerror=alert(1)>"}
    text = page("report.html.j2", run=run)
    assert "&lt;/title&gt;&lt;script&gt; – cnntrain</title>" in text
    assert "<img" not in text


def test_the_style_is_in_the_page() -> None:
    text = page("report.html.j2", run={"name": "a", "heading": "b"})
    assert (FOLDER / "page.css").read_text() in text

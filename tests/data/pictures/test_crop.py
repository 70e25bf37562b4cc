import pytest

from cnntrain.data.pictures.crop import parse_crop
from cnntrain.errors import UsageError


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("10,20,30,40", (10, 20, 30, 40)),
        (" 0, 0 ,50%,50%", (0, 0, 100, 50)),
        ("10%,10%,90%,90%", (20, 10, 180, 90)),
        ("50,50,900,900", (50, 50, 200, 100)),  # what is outside is left out
    ],
)
def test_edges_are_pixels_or_percent_of_the_picture(
    text: str, box: tuple[int, int, int, int]
) -> None:
    assert parse_crop(text).box((200, 100)) == box


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "found ''"),
        ("1,2,3", "found 3 numbers"),
        ("1,2,3,4,5", "found 5 numbers"),
        ("1,2,x,4", "found right 'x'"),
        ("1,,3,4", "found top ''"),
        ("-1,2,3,4", "found left '-1'"),
        ("nan,2,3,4", "found left 'nan'"),
        ("0,0,inf,4", "found right 'inf'"),
        ("0,0,120%,4", "found right '120%', more than the whole"),
        ("30,0,20,50", "found right not above left"),
        ("0,50%,20,50%", "found bottom not above top"),
    ],
)
def test_what_is_wrong_with_a_crop_is_said(text: str, found: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_crop(text)
    message = str(caught.value)
    assert message.startswith(f"--crop {text}: {found}; expected LEFT,TOP,RIGHT,BOTTOM")
    assert message.endswith("correct it")


@pytest.mark.parametrize("text", ["300,0,400,50", "150,0,50%,50"])
def test_a_crop_must_leave_something_of_the_picture(text: str) -> None:
    with pytest.raises(UsageError, match="nothing is left of a picture of 200x100 pixels"):
        parse_crop(text).box((200, 100))

"""The picture that is made once."""

from io import BytesIO

from PIL import Image

from engine.png import require_picture
from engine.simulation.pictures import Pictures


def test_each_is_a_whole_picture_and_another_file() -> None:
    pictures = Pictures()
    made = [pictures.next() for _ in range(12)]

    for png in made:
        require_picture(png)
    assert len(set(made)) == 12
    with Image.open(BytesIO(made[11])) as image:
        image.load()
        assert image.info["Comment"] == "11"

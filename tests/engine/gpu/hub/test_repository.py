"""Names on the hub are told from paths; hostile file names are refused."""

import pytest

from engine.errors import BadModel
from engine.gpu.hub.repository import HubName, Listing, RemoteFile, hub_name, typed


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("org/name", "org--name"),
        ("org/na.me-1_0", "org--na.me-1_0"),
        ("org/name@main", "org--name"),
        ("org/name@v1.0", "org--name@v1.0"),
        ("org/name@refs/pr/3", "org--name@refs--pr--3"),
        ("org/name/file.safetensors", "org--name--file"),
        ("org/name/sub/file.safetensors@v1", "org--name--sub--file@v1"),
    ],
)
def test_a_name_on_the_hub_has_one_here(text: str, called: str) -> None:
    name = hub_name(text)

    assert name is not None
    assert name.local == called
    assert hub_name(str(name)) == name
    assert typed(called) == str(name)


@pytest.mark.parametrize(
    "text",
    [
        "picturebook",
        "",
        "/org/name",
        "./org/name",
        "../name",
        "org/..",
        "org/../x.safetensors",
        "org/name/unet",
        "org/na me",
        "a/b/c",
        "org--a/name",
        "org/name@",
        "org/name@../x",
        "org/name\n",
        "https://example.com/org/name",
    ],
)
def test_what_is_no_name_on_the_hub_is_none(text: str) -> None:
    assert hub_name(text) is None


@pytest.mark.parametrize(
    "path",
    [
        "../../x",
        "/etc/passwd",
        "unet/../../x.json",
        "unet//config.json",
        "./config.json",
        "unet\\..\\x.json",
        "unet/\x1b[2J.json",
        "",
        "x" * 256,
        "ä" * 128,
        "/".join(["long"] * 201),
    ],
)
def test_a_file_that_would_leave_its_folder_is_refused(path: str) -> None:
    files = {"model_index.json": RemoteFile(size=1), path: RemoteFile(size=1)}

    with pytest.raises(BadModel, match="lists a file that I will not write"):
        Listing(repository="org/name", revision="0", licence="", files=files)


def test_a_revision_that_is_usual_goes_without_saying() -> None:
    assert str(HubName(repository="org/name")) == "org/name"

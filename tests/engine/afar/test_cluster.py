"""What is asked of a cluster before it is used."""

import pytest
from ray.exceptions import RayError, RayTaskError

from engine.afar.cluster import refuse_other_versions, require_somebody
from engine.afar.ferry import Away
from engine.afar.ray_trouble import first_line, reached
from engine.errors import Misconfigured, Unavailable

OURS = {"ray_version": "2.60.0", "python_version": "3.11.7"}


def test_the_same_ray_and_a_like_python_will_do() -> None:
    refuse_other_versions(OURS, {"ray_version": "2.60.0", "python_version": "3.11.15"})


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ({**OURS, "ray_version": "2.60.1"}, "Ray 2.60.1, and Easel here has 2.60.0"),
        ({**OURS, "python_version": "3.12.7"}, "Python 3.12.7, and Easel here has 3.11.7"),
        ({}, "Ray unknown"),
    ],
)
def test_another_version_is_refused(theirs: dict[str, str], why: str) -> None:
    with pytest.raises(Misconfigured, match=why.replace(".", r"\.")):
        refuse_other_versions(OURS, theirs)


def test_where_nobody_listens_that_is_said_at_once() -> None:
    with pytest.raises(Unavailable, match=r"no Ray cluster at 127\.0\.0\.1:1: Connection refused"):
        require_somebody("127.0.0.1:1")


def test_of_what_ray_says_the_first_line_is_told() -> None:
    assert first_line(RuntimeError("\n  It is gone.\n  And why.")) == "It is gone."
    assert first_line(RuntimeError()) == "RuntimeError"


def test_of_what_went_wrong_there_its_cause_is_told() -> None:
    error = RayTaskError("hear", "Traceback", RuntimeError("It is another.\nAnd why."))

    assert first_line(error) == "It is another."


@pytest.mark.parametrize("error", [RayError("It is gone."), OSError("It is gone."), ValueError()])
def test_whatever_ray_raises_is_one_who_is_away(error: Exception) -> None:
    with pytest.raises(Away, match=r"It is gone|ValueError"), reached():
        raise error

"""Plots as SVG."""

from xml.etree import ElementTree

import pytest

from bot.bench_plots import Plot

SVG = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(plot.svg())


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def heights(root: ElementTree.Element) -> list[float]:
    return [float(dot.get("cy", "")) for dot in root.iter(f"{SVG}circle")]


def test_every_line_has_its_points_its_name_and_what_the_axes_count() -> None:
    plot = Plot(
        title="Pictures <fast>",
        across="painters",
        up="pictures/s",
        lines={"ours": [(1, 10), (2, 20), (4, 40)], "theirs": [(1, 5), (2, 5), (4, 5)]},
    )

    root = drawn(plot)

    assert len(heights(root)) == 6
    told = words(root)
    assert {"Pictures <fast>", "painters", "pictures/s", "ours", "theirs"} <= set(told)
    assert {"1", "2", "4", "0", "10", "20", "30", "40"} <= set(told)


def test_twice_as_much_is_twice_as_high() -> None:
    plot = Plot(title="t", across="x", up="y", lines={"a": [(1, 0), (2, 10), (3, 20)]})

    low, middle, high = heights(drawn(plot))

    assert low - middle == pytest.approx(middle - high)


def test_by_powers_ten_times_as_much_is_one_line_higher() -> None:
    lines = {"a": [(1, 0.5), (2, 5), (3, 50)]}
    plot = Plot(title="t", across="x", up="y", lines=lines, by_powers=True)

    low, middle, high = heights(drawn(plot))

    assert low - middle == pytest.approx(middle - high, abs=0.2)
    assert {"0.1", "1", "10", "100"} <= set(words(drawn(plot)))


def test_it_can_be_read_on_light_and_on_dark_paper() -> None:
    style = Plot(title="t", across="x", up="y", lines={"a": [(1, 1)]}).svg()

    assert "prefers-color-scheme: dark" in style


def test_a_single_point_of_nothing_can_be_drawn() -> None:
    root = drawn(Plot(title="t", across="x", up="y", lines={"a": [(1, 0)]}))

    assert len(heights(root)) == 1

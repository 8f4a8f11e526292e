"""Plots as SVG: lines over a grid, readable on light and on dark paper."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 72, 90
STYLE = """
svg { font: 14px system-ui, sans-serif; --ink: #1f2328; --faint: #d0d7de; --paper: #ffffff;
  --first: #0969da; --second: #bc4c00; --third: #1a7f37; --fourth: #6e7781; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --faint: #30363d; --paper: #0d1117;
  --first: #58a6ff; --second: #f0883e; --third: #3fb950; --fourth: #8b949e; } }
text { fill: var(--ink); } .title { font-weight: 600; font-size: 16px; }
.grid { stroke: var(--faint); } .paper { fill: var(--paper); }
.line { fill: none; stroke-width: 2.5; }
"""
INKS = ("--third", "--first", "--second", "--fourth")
DASHES = ("", "7 4", "2 4", "1 3")
"""Beside the colours, for who sees them alike."""
TICKS = 5

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn: lines by their names, over axes that say what they count."""

    title: str
    across: str
    up: str
    lines: Mapping[str, Points]
    by_powers: bool = False
    """Each line of the grid is ten times the one below."""

    def svg(self) -> str:
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                f'role="img" aria-label="{escape(self.title)}">',
                f"<style>{STYLE}</style>",
                f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
                _text(LEFT, 28, self.title, "title"),
                _text(LEFT, 52, self.up),
                *self._grid(),
                *self._drawn(),
                "</svg>\n",
            )
        )

    def _grid(self) -> Iterator[str]:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        for value in self._ticks():
            y = self._y(value)
            yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield _text(LEFT - 8, y + 5, f"{value:g}", anchor="end")
        for value in sorted({x for points in self.lines.values() for x, _ in points}):
            yield _text(self._x(value), bottom + 20, f"{value:g}", anchor="middle")
        yield _text((LEFT + right) / 2, bottom + 42, self.across, anchor="middle")

    def _drawn(self) -> Iterator[str]:
        step = (WIDTH - LEFT - RIGHT) / len(self.lines)
        for number, (name, points) in enumerate(self.lines.items()):
            ink = f"var({INKS[number % len(INKS)]})"
            drawn = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
            stroke = f'stroke="{ink}" stroke-dasharray="{DASHES[number % len(DASHES)]}"'
            yield f'<polyline class="line" points="{drawn}" {stroke}/>'
            for x, y in points:
                yield f'<circle cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="3.5" fill="{ink}"/>'
            at, y = LEFT + number * step, HEIGHT - 18
            yield f'<polyline class="line" points="{at:.0f},{y} {at + 28:.0f},{y}" {stroke}/>'
            yield _text(at + 34, y + 5, name)

    @property
    def _values(self) -> list[float]:
        return [y for points in self.lines.values() for _, y in points]

    @property
    def _span(self) -> tuple[float, float]:
        """What the lowest and the highest line of the grid stand for."""
        if self.by_powers:
            return 10.0 ** floor(log10(min(self._values))), 10.0 ** (floor(log10(self._top)) + 1)
        step = _round_step(self._top / TICKS)
        return 0.0, step * ceil(self._top / step - 1e-9)

    @property
    def _top(self) -> float:
        return max(*self._values, 1e-9)

    def _ticks(self) -> list[float]:
        low, high = self._span
        if self.by_powers:
            powers = round(log10(high / low))
            return [low * 10.0**power for power in range(powers + 1)]
        step = _round_step(self._top / TICKS)
        return [step * number for number in range(round(high / step) + 1)]

    def _x(self, value: float) -> float:
        places = sorted({x for points in self.lines.values() for x, _ in points})
        span = (places[-1] - places[0]) or 1.0
        return LEFT + 20 + (value - places[0]) / span * (WIDTH - LEFT - RIGHT - 40)

    def _y(self, value: float) -> float:
        low, high = self._span
        share = log10(value / low) / log10(high / low) if self.by_powers else value / high
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _round_step(step: float) -> float:
    """The next larger of 1, 2, 5, 10 and so on."""
    power = 10.0 ** floor(log10(step))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= step * (1 - 1e-9))

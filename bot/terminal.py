"""Shows a small picture in terminals that can: as kitty or iTerm2 do, or as coloured blocks."""

from base64 import standard_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from io import BytesIO

from PIL import Image
from rich.color import Color
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import ControlType, Segment
from rich.style import Style

ROWS = 12
COLUMNS = 2 * ROWS  # a terminal's letter is about twice as high as wide
KITTY_CHUNK = 4096
KITTY_FORGET = "\x1b_Ga=d,d=I,i=1,q=2\x1b\\"


class Way(Enum):
    """How a terminal shows pictures."""

    KITTY = auto()
    ITERM = auto()
    BLOCKS = auto()


def way_of(console: Console, environ: Mapping[str, str]) -> Way | None:
    """How this terminal shows pictures, or None where it does not or is too low for one."""
    if not console.is_terminal or environ.get("NO_COLOR") or console.height < ROWS + 6:
        return None
    program = environ.get("TERM_PROGRAM", "")
    if "TMUX" not in environ and "STY" not in environ:  # these swallow what they do not know
        if environ.get("TERM") in {"xterm-kitty", "xterm-ghostty"} or program == "ghostty":
            return Way.KITTY
        if program in {"iTerm.app", "WezTerm"} or environ.get("LC_TERMINAL") == "iTerm2":
            return Way.ITERM
    return Way.BLOCKS if console.color_system == "truecolor" else None


@dataclass
class Easel:
    """A picture with something beneath it; the picture changes while it is painted."""

    beneath: RenderableType
    way: Way | None
    png: bytes | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw what there is to see."""
        if self.way is None or self.png is None:
            yield self.beneath
        elif self.way is Way.BLOCKS:
            yield Group(Blocks(self.png), self.beneath)
        else:
            yield from self._drawn_over(self.way, self.png, console, options)

    def take_down(self, console: Console) -> None:
        """Take the picture away; kitty keeps one even where its lines are cleared."""
        if self.way is Way.KITTY and self.png is not None:
            console.file.write(KITTY_FORGET)
        self.png = None

    def _drawn_over(
        self, way: Way, png: bytes, console: Console, options: ConsoleOptions
    ) -> Iterator[Segment]:
        # The lines are made first, so that drawing on them afterwards does not scroll.
        lines = console.render_lines(self.beneath, options, pad=False)
        yield from [Segment.line()] * ROWS
        for number, line in enumerate(lines):
            yield from line
            if number < len(lines) - 1:
                yield Segment.line()
        drawing = _kitty(png) if way is Way.KITTY else _iterm(png)
        up = ROWS + len(lines) - 1
        code = f"\x1b7\x1b[{up}A\r{drawing}\x1b8"
        yield Segment(code, None, ((ControlType.CURSOR_UP, up),))


@dataclass(frozen=True)
class Blocks:
    """A picture as half blocks: two pixels, one above the other, in every letter."""

    png: bytes

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line of letters for every two of pixels."""
        with Image.open(BytesIO(self.png)) as picture:
            scale = min(COLUMNS / picture.width, 2 * ROWS / picture.height)
            width = max(1, round(picture.width * scale))
            height = max(2, round(picture.height * scale))
            pixels = picture.convert("RGB").resize((width, height)).tobytes()
        colours = [Color.from_rgb(*pixels[at : at + 3]) for at in range(0, len(pixels), 3)]
        for y in range(0, height - 1, 2):
            for x in range(width):
                upper, lower = colours[y * width + x], colours[(y + 1) * width + x]
                yield Segment("▀", Style(color=upper, bgcolor=lower))
            yield Segment.line()


def _kitty(png: bytes) -> str:
    # One id, so that every preview takes the place of the one before; C=1 leaves the cursor alone.
    content = standard_b64encode(png).decode()
    chunks = [content[at : at + KITTY_CHUNK] for at in range(0, len(content), KITTY_CHUNK)]
    first = f"a=T,f=100,i=1,p=1,q=2,C=1,r={ROWS},"
    last = len(chunks) - 1
    return "".join(
        f"\x1b_G{first if number == 0 else ''}m={int(number < last)};{chunk}\x1b\\"
        for number, chunk in enumerate(chunks)
    )


def _iterm(png: bytes) -> str:
    content = standard_b64encode(png).decode()
    return f"\x1b]1337;File=inline=1;height={ROWS};size={len(png)}:{content}\x07"

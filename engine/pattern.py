"""Patterns: whole words that share a form, like /colou?r(s|ed)?/, found in evenly growing time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import InvalidRequest
from engine.letters import folded, is_letter, is_unseen, stands_alone
from engine.phrase import Phrase

MARK = "/"
"""Stands before and after a pattern, where a list has words and patterns."""
LONGEST = 100
MOST_REMEMBERED = 20_000
MOST_WORDS = 20
"""Of more, only the last one is told."""
SIGNS = "letters, digits, spaces and . ? * + [ ] ( ) |"
_REPEATS = frozenset("?*+")
_CLOSING = frozenset("|)")

States = frozenset[int]


def is_pattern(word: str) -> bool:
    return len(word) > 2 and word.startswith(MARK) and word.endswith(MARK)


class Patterns:
    """Several patterns that are looked for at once.

    They are walked through in step, letter by letter, instead of trying one way after the other:
    no pattern and no text makes that slow. A dot is any letter, and nothing but a space is one.
    In scripts that put no space between words, the spaces that set their letters apart are none.
    Raises InvalidRequest for what is no pattern.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._machine = _Machine()
        self._ends: dict[int, str] = {}
        starts = set()
        for pattern in patterns:
            start, end = _Reader(pattern, self._machine).read()
            starts.add(start)
            self._ends[end] = pattern
        self._starts = self._machine.reached(starts)
        self._remembered: dict[tuple[States, str], States] = {}

    def first_in(self, said: str) -> str | None:
        """The pattern of whole words that comes first, in words with one space around each."""
        found = self._first_in(said)
        return found[0] if found else None

    def words_in(self, said: str) -> str | None:
        """The words that the pattern which comes first is found in, no more than it needs."""
        found = self._first_in(said)
        if found is None:
            return None
        words = said[: found[1]].split()
        for count in range(1, MOST_WORDS):
            told = " ".join(words[-count:])
            if self._first_in(f" {told} "):
                return told
        return words[-1]

    def _first_in(self, said: str) -> tuple[str, int] | None:
        """With where it ends."""
        states: States = frozenset()
        signs = zip(f" {said}", said, f"{said[1:]} ", strict=False)
        for place, (before, letter, after) in enumerate(signs):
            if letter != " ":
                states = self._after(states, letter)
                continue
            for state in sorted(states & self._ends.keys()):
                return self._ends[state], place
            # Written there or not: whatever the patterns wait for may come behind it too.
            waiting = states if stands_alone(before) or stands_alone(after) else frozenset()
            states = self._after(states, letter) | waiting
        return None

    def _after(self, states: States, letter: str) -> States:
        known = self._remembered.get((states, letter))
        if known is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            known = self._machine.after(states, letter)
            # Only where a word begins may a pattern begin.
            known = known | self._starts if letter == " " else known
            self._remembered[states, letter] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    """One of these, or none of these; the ranges are of the first and the last letter."""

    ranges: tuple[tuple[str, str], ...] = ()
    others: bool = False

    def have(self, letter: str) -> bool:
        inside = any(first <= letter <= last for first, last in self.ranges)
        return inside != self.others if letter != " " else inside and not self.others


@dataclass(slots=True)
class _Machine:
    """What may follow on what: by a letter, or freely."""

    steps: list[tuple[_Letters, int] | None] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)

    def new(self) -> int:
        self.steps.append(None)
        self.free.append([])
        return len(self.steps) - 1

    def reached(self, states: Iterable[int]) -> States:
        found: set[int] = set()
        left = list(states)
        while left:
            state = left.pop()
            if state not in found:
                found.add(state)
                left += self.free[state]
        return frozenset(found)

    def after(self, states: States, letter: str) -> States:
        taken = (self.steps[state] for state in states)
        return self.reached(step[1] for step in taken if step and step[0].have(letter))


class _Reader:
    """Builds what a pattern says into the machine."""

    def __init__(self, pattern: str, machine: _Machine) -> None:
        self._pattern, self._machine = pattern, machine
        inside = folded(pattern.removeprefix(MARK).removesuffix(MARK))
        seen = (sign for sign in inside if not is_unseen(sign))
        self._signs = " ".join("".join(seen).split())
        self._at = 0

    def read(self) -> tuple[int, int]:
        if len(self._pattern) > LONGEST:
            raise self._wrong(Phrase("It has more than {most} signs", most=LONGEST))
        if not any(is_letter(sign) for sign in self._signs):
            raise self._wrong(Phrase("No letter is in it, so it would refuse everything"))
        found = self._either()
        if self._at < len(self._signs):
            raise self._wrong(Phrase("A “)” closes nothing"))
        return found

    def _either(self) -> tuple[int, int]:
        start, end = self._machine.new(), self._machine.new()
        while True:
            first, last = self._one_after_the_other()
            self._machine.free[start].append(first)
            self._machine.free[last].append(end)
            if self._next() != "|":
                return start, end
            self._at += 1

    def _one_after_the_other(self) -> tuple[int, int]:
        start = end = self._machine.new()
        while (sign := self._next()) and sign not in _CLOSING:
            first, last = self._repeated(self._one())
            self._machine.free[end].append(first)
            end = last
        return start, end

    def _repeated(self, part: tuple[int, int]) -> tuple[int, int]:
        start, end = part
        free = self._machine.free
        while (sign := self._next()) in _REPEATS:
            self._at += 1
            before, after = self._machine.new(), self._machine.new()
            free[before].append(start)
            free[end].append(after)
            if sign in "?*":
                free[before].append(after)
            if sign in "*+":
                free[end].append(start)
            start, end = before, after
        return start, end

    def _one(self) -> tuple[int, int]:
        sign = self._signs[self._at]
        self._at += 1
        if sign == "(":
            found = self._either()
            if self._next() != ")":
                raise self._wrong(Phrase("A “(” is not closed"))
            self._at += 1
            return found
        if sign == ".":
            letters = _Letters(others=True)
        elif sign == "[":
            letters = self._set()
        else:
            letters = _Letters(ranges=((self._letter(sign), sign),))
        start, end = self._machine.new(), self._machine.new()
        self._machine.steps[start] = (letters, end)
        return start, end

    def _set(self) -> _Letters:
        others = self._next() == "^"
        self._at += others
        ranges = []
        while (sign := self._next()) != "]":
            if not sign:
                raise self._wrong(Phrase("A “[” is not closed"))
            first = last = self._letter(sign)
            self._at += 1
            if self._next() == "-":
                last = self._letter(self._signs[self._at + 1 : self._at + 2])
                self._at += 2
            if first > last:
                raise self._wrong(Phrase("“{first}-{last}” goes backwards", first=first, last=last))
            ranges.append((first, last))
        self._at += 1
        return _Letters(ranges=tuple(ranges), others=others)

    def _next(self) -> str:
        return self._signs[self._at] if self._at < len(self._signs) else ""

    def _letter(self, sign: str) -> str:
        if sign == " " or (sign and is_letter(sign)):
            return sign
        raise self._wrong(Phrase("“{sign}” means nothing in it", sign=sign))

    def _wrong(self, why: Phrase) -> InvalidRequest:
        return InvalidRequest(
            "“{pattern}” is no pattern. {why}. Write it with {signs}, like {example}.",
            pattern=self._pattern[:60],
            why=why,
            signs=Phrase(SIGNS),
            example="/colou?r(s|ed)?/",
        )

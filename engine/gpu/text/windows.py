"""Windows: a prompt dealt out to pieces of what CLIP reads at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.emphasis import Emphasis, Fragment


class Windows:
    """Counts with the model's own tokenizers; where they differ, the longest count holds."""

    def __init__(self, tokenizers: Sequence[Any]) -> None:
        self._tokenizers = tokenizers
        # The first and the last token of a window are signs.
        self.room = min(tokenizer.model_max_length for tokenizer in tokenizers) - 2

    def dealt(self, emphasis: Emphasis) -> list[list[Fragment]]:
        """None of them empty. Every BREAK begins a new one.

        Done here and not in compel, which hangs on a word longer than a window.
        """
        return [
            window
            for chunk in emphasis.chunks
            for window in self._windows(self._cleaned(chunk))
            if window
        ]

    def tokens(self, text: str) -> int:
        return max(
            len(tokenizer(text, add_special_tokens=False).input_ids)
            for tokenizer in self._tokenizers
        )

    def _cleaned(self, fragments: Sequence[Fragment]) -> Iterator[Fragment]:
        """Without the signs for start and end, which would end the prompt where they stand."""
        signs = {sign for tokenizer in self._tokenizers for sign in tokenizer.all_special_tokens}
        # The longest first: one sign may stand inside another.
        ordered = sorted(signs, key=lambda sign: (-len(sign), sign))
        for fragment in fragments:
            text = fragment.text
            for sign in ordered:
                text = text.replace(sign, " ")
            yield Fragment(text=text, weight=fragment.weight)

    def _windows(self, fragments: Iterator[Fragment]) -> list[list[Fragment]]:
        windows: list[list[Fragment]] = [[]]
        used = 0
        for fragment in fragments:
            for text in self._pieces(fragment.text):
                tokens = self.tokens(text)
                if used + tokens > self.room:
                    windows.append([])
                    used = 0
                used += tokens
                _append(windows[-1], Fragment(text=text, weight=fragment.weight))
        return windows

    def _pieces(self, text: str) -> Iterator[str]:
        """The text whole where it fits, else its words, else the letters of a word."""
        if self.tokens(text) <= self.room:
            if self.tokens(text):
                yield text
            return
        words = text.split()
        if len(words) > 1:
            for word in words:
                yield from self._pieces(f"{word} ")
        else:
            middle = len(text) // 2
            yield from self._pieces(text[:middle])
            yield from self._pieces(text[middle:])


def _append(window: list[Fragment], fragment: Fragment) -> None:
    """Neighbours of equal weight are one fragment again, as their writer meant them."""
    if window and window[-1].weight == fragment.weight:
        before = window.pop()
        fragment = Fragment(text=before.text + fragment.text, weight=fragment.weight)
    window.append(fragment)

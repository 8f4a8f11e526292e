"""What the network is told of a prompt and a negative prompt, and what is remembered of them."""

from collections import OrderedDict
from collections.abc import Callable

from engine.emphasis import Emphasis, read_emphasis
from engine.gpu.text.manner import USUAL, Manner
from engine.gpu.text.words import Words

REMEMBERED = 128


class Conditioning:
    """The text encoders of a model, and their answers to the texts that were asked last."""

    def __init__(
        self,
        encode: Callable[[Emphasis, Manner], Words],
        *,
        remember: int = REMEMBERED,
        empty_is_zero: bool = False,
    ) -> None:
        """`empty_is_zero` where the model learnt that no negative prompt means zeros."""
        self._encode = encode
        self._remember = remember
        self._empty_is_zero = empty_is_zero
        self._answers: OrderedDict[tuple[str, Manner], Words] = OrderedDict()

    def rows(self, prompt: str, negative: str, *, guided: bool, manner: Manner = USUAL) -> Words:
        """The negative prompt's row and the prompt's, equally long; without guidance the second."""
        wanted = self.words(prompt, manner)
        if not guided:
            return wanted
        if self._empty_is_zero and not spoken(read_emphasis(negative)).strip():
            return wanted.silenced.above(wanted)
        unwanted = self.words(negative, manner)
        longest = max(len(wanted), len(unwanted))
        unwanted, wanted = (
            self._lengthened(words, longest, manner) for words in (unwanted, wanted)
        )
        return unwanted.above(wanted)

    def words(self, text: str, manner: Manner = USUAL) -> Words:
        """One row, as long as the text needs."""
        known = text, manner
        if known in self._answers:
            self._answers.move_to_end(known)
            return self._answers[known]
        answer = self._answers[known] = self._encode(read_emphasis(text), manner)
        while len(self._answers) > self._remember:
            self._answers.popitem(last=False)
        return answer

    def _lengthened(self, words: Words, length: int, manner: Manner) -> Words:
        return words if len(words) == length else words.lengthened(length, self.words("", manner))


def spoken(emphasis: Emphasis) -> str:
    """The text alone, for text encoders that know no weights and no BREAK."""
    return " ".join("".join(part.text for part in chunk) for chunk in emphasis.chunks)

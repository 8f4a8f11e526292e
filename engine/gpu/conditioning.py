"""What the network is told of a prompt and a negative prompt, and what is remembered of them."""

from collections import OrderedDict
from collections.abc import Callable

from engine.emphasis import Emphasis, read_emphasis
from engine.errors import PaintingFailed
from engine.gpu.words import Words

REMEMBERED = 128


class Conditioning:
    """The text encoders of a model, and their answers to the texts that were asked last."""

    def __init__(
        self,
        encode: Callable[[Emphasis], Words],
        *,
        remember: int = REMEMBERED,
        empty_is_zero: bool = False,
    ) -> None:
        """`empty_is_zero` where the model learnt that no negative prompt means zeros."""
        self._encode = encode
        self._remember = remember
        self._empty_is_zero = empty_is_zero
        self._answers: OrderedDict[str, Words] = OrderedDict()

    def rows(self, prompt: str, negative: str, *, guided: bool) -> Words:
        """The negative prompt's row and the prompt's, equally long; without guidance the second."""
        wanted = self.words(prompt)
        if not guided:
            return wanted
        if self._empty_is_zero and not negative.strip():
            return wanted.silenced.above(wanted)
        unwanted = self.words(negative)
        longest = max(len(wanted), len(unwanted))
        return self._lengthened(unwanted, longest).above(self._lengthened(wanted, longest))

    def words(self, text: str) -> Words:
        """One row, as long as the text needs."""
        if text in self._answers:
            self._answers.move_to_end(text)
            return self._answers[text]
        emphasis = read_emphasis(text)
        if emphasis.loras:
            raise PaintingFailed(
                f"I have no LoRA “{emphasis.loras[0].name}”. Take it out of the prompt."
            )
        answer = self._answers[text] = self._encode(emphasis)
        while len(self._answers) > self._remember:
            self._answers.popitem(last=False)
        return answer

    def _lengthened(self, words: Words, length: int) -> Words:
        return words if len(words) == length else words.lengthened(length, self.words(""))


def spoken(emphasis: Emphasis) -> str:
    """The text alone, for text encoders that know no weights and no BREAK."""
    return " ".join("".join(part.text for part in chunk) for chunk in emphasis.chunks)

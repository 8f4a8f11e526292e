"""What the network is told: prompts of any length, with weights and BREAKs, as embeddings."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from engine.emphasis import Fragment, read_emphasis
from engine.errors import PaintingFailed

REMEMBERED = 128


class Conditioning:
    """The text encoder of a model, and its answers to the texts that were asked last.

    A plain prompt goes through the pipeline's own `encode_prompt`, so that it means exactly what
    it means there. compel weighs the others.
    """

    def __init__(self, pipe: Any, remember: int = REMEMBERED) -> None:
        self._pipe = pipe
        # The first and the last token of a window are signs.
        self._room = pipe.tokenizer.model_max_length - 2
        self._remember = remember
        self._answers: OrderedDict[str, Tensor] = OrderedDict()

    def rows(self, prompt: str, negative: str, *, guided: bool) -> Tensor:
        """The negative prompt's row and the prompt's, equally long; without guidance the second."""
        wanted = self.embedding(prompt)
        if not guided:
            return wanted
        unwanted = self.embedding(negative)
        longest = max(wanted.shape[1], unwanted.shape[1])
        return torch.cat([self._lengthened(row, longest) for row in (unwanted, wanted)])

    def embedding(self, text: str) -> Tensor:
        """One row, as long as the text needs."""
        if text in self._answers:
            self._answers.move_to_end(text)
            return self._answers[text]
        answer = self._answers[text] = self._encoded(text)
        while len(self._answers) > self._remember:
            self._answers.popitem(last=False)
        return answer

    def _encoded(self, text: str) -> Tensor:
        emphasis = read_emphasis(text)
        if emphasis.loras:
            raise PaintingFailed(
                f"I have no LoRA “{emphasis.loras[0].name}”. Take it out of the prompt."
            )
        if emphasis.plain is not None and self._tokens(emphasis.plain) <= self._room:
            return self._plain(emphasis.plain)
        windows = [
            window
            for chunk in emphasis.chunks
            for window in self._windows(self._cleaned(chunk))
            if window
        ]
        return self._weighted(windows) if windows else self._plain("")

    def _plain(self, text: str) -> Tensor:
        answer: Tensor = self._pipe.encode_prompt(text, self._pipe.device, 1, False)[0]
        return answer

    def _weighted(self, windows: Sequence[Sequence[Fragment]]) -> Tensor:
        # Not at the top: compel imports diffusers, which takes seconds.
        parser = import_module("compel.prompt_parser")
        compel = import_module("compel").Compel(
            tokenizer=self._pipe.tokenizer, text_encoder=self._pipe.text_encoder
        )
        prompts = [
            parser.FlattenedPrompt([(part.text, part.weight) for part in window])
            for window in windows
        ]
        conjunction = parser.Conjunction(prompts)
        answer: Tensor = compel.build_conditioning_tensor_for_conjunction(conjunction)[0]
        return answer

    def _lengthened(self, row: Tensor, tokens: int) -> Tensor:
        """The row with windows of nothing behind it."""
        missing = (tokens - row.shape[1]) // self._pipe.tokenizer.model_max_length
        return torch.cat([row, *[self.embedding("")] * missing], dim=1) if missing else row

    def _cleaned(self, fragments: Sequence[Fragment]) -> Iterator[Fragment]:
        """Without the signs for start and end, which would end the prompt where they stand."""
        for fragment in fragments:
            text = fragment.text
            for sign in self._pipe.tokenizer.all_special_tokens:
                text = text.replace(sign, " ")
            yield Fragment(text=text, weight=fragment.weight)

    def _windows(self, fragments: Iterator[Fragment]) -> list[list[Fragment]]:
        """The fragments dealt out to windows of what the text encoder reads at once.

        Done here and not in compel, which hangs on a word longer than a window.
        """
        windows: list[list[Fragment]] = [[]]
        used = 0
        for fragment in fragments:
            for text in self._pieces(fragment.text):
                tokens = self._tokens(text)
                if used + tokens > self._room:
                    windows.append([])
                    used = 0
                used += tokens
                _append(windows[-1], Fragment(text=text, weight=fragment.weight))
        return windows

    def _pieces(self, text: str) -> Iterator[str]:
        """The text whole where it fits, else its words, else the letters of a word."""
        if self._tokens(text) <= self._room:
            if self._tokens(text):
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

    def _tokens(self, text: str) -> int:
        return len(self._pipe.tokenizer(text, add_special_tokens=False).input_ids)


def _append(window: list[Fragment], fragment: Fragment) -> None:
    """Neighbours of equal weight are one fragment again, as their writer meant them."""
    if window and window[-1].weight == fragment.weight:
        before = window.pop()
        fragment = Fragment(text=before.text + fragment.text, weight=fragment.weight)
    window.append(fragment)

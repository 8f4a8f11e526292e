"""Hashing: a tokenizer without a vocabulary, for text encoders whose weights mean nothing."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import torch

START, END = 49406, 49407
"""CLIP's own signs for where a text begins and ends, the last two of its vocabulary."""
T5_WORDS = 32000


class HashingTokenizer:
    """Every word is a token, told by its checksum. As much of one as pipelines ask for."""

    all_special_tokens: Sequence[str] = ()

    def __init__(self, length: int = 77, *, start: int | None = START, end: int = END) -> None:
        """`length` is the longest text; `start` is None where nothing stands before the words."""
        self.model_max_length = length
        self._before = [] if start is None else [start]
        self._end = end
        # The signs come last in a vocabulary, or first, where its words end.
        self._words = START if start is not None else T5_WORDS
        self.added_tokens_encoder: dict[str, int] = {}

    def __call__(
        self,
        text: str | Sequence[str],
        *,
        padding: str | bool = False,
        max_length: int | None = None,
        return_tensors: str | None = None,
        add_special_tokens: bool = True,
        **_: Any,
    ) -> SimpleNamespace:
        """Plain lists, or tensors where they are asked for; one text is one list."""
        if isinstance(text, str) and return_tensors is None:
            return SimpleNamespace(input_ids=self._ids(text, signs=add_special_tokens))
        texts = [text] if isinstance(text, str) else text
        rows = [self._ids(each, signs=add_special_tokens) for each in texts]
        most = max_length or self.model_max_length
        length = most if padding == "max_length" else max(map(len, rows))
        ids = torch.tensor([(row + [self._end] * length)[:length] for row in rows])
        return SimpleNamespace(input_ids=ids, attention_mask=torch.ones_like(ids))

    def tokenize(self, text: str) -> list[str]:
        """The words."""
        return text.split()

    def batch_decode(self, rows: Sequence[Any]) -> list[str]:
        """Nothing: who hashes does not know the words any more."""
        return [""] * len(rows)

    def _ids(self, text: str, *, signs: bool) -> list[int]:
        words = [crc32(word.encode()) % self._words for word in text.split()]
        return [*self._before, *words, self._end] if signs else words

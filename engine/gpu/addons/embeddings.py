"""Embeddings: words that were learnt later, by name in the text, as signs that only we write.

Every vector has a sign, a letter that no alphabet uses, which tokenizers take as one token. So a
name counts with all its vectors, weights and windows see nothing unusual, case does not matter,
and nobody can write by chance what stands for a vector.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.addon import Kind
from engine.card import ModelCard
from engine.emphasis import Emphasis, Fragment
from engine.errors import PaintingFailed
from engine.extra import Extra
from engine.extras import words_called
from engine.gpu.addons.adapters import Find
from engine.gpu.addons.addon_header import kind_of_embedding
from engine.gpu.addons.embedding_file import read_vectors
from engine.gpu.addons.vocabulary import Vocabulary, extended

# From the planes for private use, where no text has any letters.
FIRST_SIGN = 0xF0000
# A few dozen names, or one prompt full of the longest.
ROOM = 1024
_PRIVATE = re.compile("[\U000f0000-\U0010ffff]")


class Embeddings:
    """Of one pipeline. Those that were used last stay as long as there is room."""

    def __init__(
        self, readers: Sequence[tuple[Any, Any]], card: ModelCard, find: Find, *, room: int = ROOM
    ) -> None:
        """`readers` are tokenizers with their encoders."""
        self._readers = readers
        self._card = card
        self._find = find
        self._free = [chr(FIRST_SIGN + number) for number in reversed(range(room))]
        self._room = room
        self._vocabularies: Sequence[Vocabulary] = ()
        self._signs: OrderedDict[str, str] = OrderedDict()

    def written(self, emphasis: Emphasis, embeddings: Sequence[Extra]) -> Emphasis:
        """With signs in place of these names. Raises PaintingFailed."""
        signs = {extra.name: self._required(extra, embeddings) for extra in embeddings}
        return Emphasis(
            chunks=tuple(
                tuple(
                    Fragment(text=_signed(part.text, signs), weight=part.weight) for part in chunk
                )
                for chunk in emphasis.chunks
            )
        )

    def _required(self, extra: Extra, wanted: Sequence[Extra]) -> str:
        """Its signs, loaded where they are not."""
        if extra.digest in self._signs:
            self._signs.move_to_end(extra.digest)
            return self._signs[extra.digest]
        file = self._find(Kind.EMBEDDING, extra.name, extra.digest)
        rows = read_vectors(extra.name, file)
        self._require_fit(extra, rows)
        count = len(rows[0])
        self._make_room(count, {each.digest for each in wanted})
        if not self._vocabularies:
            self._vocabularies = self._extended()
        signs = "".join(self._free.pop() for _ in range(count))
        places = [ord(sign) - FIRST_SIGN for sign in signs]
        for vocabulary, vectors in zip(self._vocabularies, rows, strict=True):
            vocabulary.more[places] = vectors.to(vocabulary.more)
        self._signs[extra.digest] = signs
        return signs

    def _require_fit(self, extra: Extra, rows: Sequence[Tensor]) -> None:
        found = [each.shape[-1] for each in rows]
        wanted = [encoder.config.hidden_size for _, encoder in self._readers]
        if found != wanted:
            told, read = (" and ".join(map(str, widths)) for widths in (found, wanted))
            raise PaintingFailed(
                f"The embedding “{extra.name}” is {told} wide, as in {kind_of_embedding(found)}, "
                f"and {self._card.name} reads {read}, as in {kind_of_embedding(wanted)}. "
                "Take another model or leave it out."
            )

    def _make_room(self, count: int, wanted: set[str]) -> None:
        for digest in list(self._signs):
            if len(self._free) >= count:
                return
            if digest not in wanted:
                self._free.extend(reversed(self._signs.pop(digest)))
        if len(self._free) < count:
            raise PaintingFailed(
                f"Those embeddings have more than {self._room} vectors together. Leave some out."
            )

    def _extended(self) -> list[Vocabulary]:
        letters = [chr(FIRST_SIGN + number) for number in range(self._room)]
        vocabularies = []
        for tokenizer, encoder in self._readers:
            tokenizer.add_tokens(letters)
            first = tokenizer.convert_tokens_to_ids(letters[0])
            vocabularies.append(extended(encoder, tokenizer, first, self._room))
        return vocabularies


def _signed(text: str, signs: Mapping[str, str]) -> str:
    text = _PRIVATE.sub(" ", text)
    if not signs:
        return text
    pieces, end = [], 0
    for name, (start, after) in words_called(text, signs):
        pieces += [text[end:start], f" {signs[name]} "]
        end = after
    return "".join([*pieces, text[end:]])

"""Makes picturebook's CLIP tokenizer: a word of the world is one token, others are letters."""

import json
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from engine.picturebook.parts import TOKENS
from engine.picturebook.world import OPENINGS, OTHER_WORDS, caption, draw_scene

START, END = "<|startoftext|>", "<|endoftext|>"
WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")


def make_tokenizer(folder: Path) -> None:
    """Write it in the form that CLIPTokenizer reads."""
    letters = _byte_letters()
    words = _words_of_the_world()
    merges = _merges(words)
    vocabulary = letters + [letter + "</w>" for letter in letters]
    known = set(vocabulary)
    for left, right in merges:
        if left + right not in known:
            known.add(left + right)
            vocabulary.append(left + right)
    vocabulary += [START, END]
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": TOKENS, "do_lower_case": True}
    folder.mkdir(parents=True)
    numbered = {token: number for number, token in enumerate(vocabulary)}
    _write_json(folder / "vocab.json", numbered)
    _write_json(folder / "special_tokens_map.json", special)
    _write_json(folder / "tokenizer_config.json", {**config, **special})
    lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1))


def _words_of_the_world() -> Counter[str]:
    rng = random.Random(0)
    texts = [caption(draw_scene(rng), rng) for _ in range(20_000)]
    words = Counter(word for text in texts for word in WORD.findall(text))
    for text in (*OPENINGS, *OTHER_WORDS):
        words.update(WORD.findall(text))
    return words


def _byte_letters() -> list[str]:
    """The visible letter that stands for each byte, as in every byte-level BPE."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + n) for n in range(len(others))]


def _merges(words: Counter[str]) -> list[tuple[str, str]]:
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in pieces.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word]
        if not pairs:
            return merges
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        pieces = {word: _merged(parts, best) for word, parts in pieces.items()}


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    joined: list[str] = []
    i = 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            joined.append(parts[i] + parts[i + 1])
            i += 2
        else:
            joined.append(parts[i])
            i += 1
    return joined

"""Look-alikes: letters that people take for another one, of other scripts and of none."""

import re
from functools import lru_cache

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
DRESSES = (0x1F150, 0x1F170, 0x1F1E6)
"""Where letters begin that are white on black, and those that flags are made of."""


def _pairs(letters: str, seen_as: str) -> dict[str, str]:
    return dict(zip(letters, seen_as, strict=True))


PLAIN = str.maketrans(
    {
        **_pairs("ɑɐƅƃƈđɖɗəɛɡɠħɦɨıɩȷƙłɫɭɱɲŋøɔƥʂŧʈʉʋƴȥʐ", "aabbcdddeegghhiiijklllmnnoopsttuvyzz"),
        **_pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
        **{chr(first + at): ALPHABET[at] for first in DRESSES for at in range(len(ALPHABET))},
    }
)
"""Latin letters that normalizing does not know as one of the alphabet in another dress."""
ALIKE = {
    **_pairs("авсԁеєһіӏјкмоөрԛѕтѵԝхуү", "abcdeehiljkmoopqstvwxyy"),
    **_pairs("αβϲεικνορτυχ", "abceikvoptux"),
    **_pairs("օսհոց", "ouhng"),
    **_pairs("ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃ", "abcdeghijklmpstvwz"),
}
NEARLY_ALIKE = _pairs("гғзинпцяγζημσω", "rfzuhnuryznuow")
"""Only among Latin letters: by themselves they make words of their own."""
_AS_LATIN, _AMONG_LATIN = str.maketrans(ALIKE), str.maketrans(ALIKE | NEARLY_ALIKE)
_AS_CYRILLIC = str.maketrans("abcehikmnoprtuxy", "авсенікмпоргтиху")
_WORD = re.compile(r"[^\W_]+")


def as_latin(text: str) -> str:
    """Where a word holds Latin letters, or none but look-alikes of them."""
    return _WORD.sub(lambda word: _latin(word[0]), text) if not text.isascii() else text


def as_cyrillic(text: str) -> str:
    """Where a word of Cyrillic letters holds Latin ones."""
    return _WORD.sub(lambda word: _cyrillic(word[0]), text) if not text.isascii() else text


@lru_cache(maxsize=4096)
def _latin(word: str) -> str:
    if any(letter in ALPHABET for letter in word):
        return word.translate(_AMONG_LATIN)
    return word.translate(_AS_LATIN) if all(map(_could_be_latin, word)) else word


@lru_cache(maxsize=4096)
def _cyrillic(word: str) -> str:
    return word.translate(_AS_CYRILLIC) if any("а" <= letter <= "ӿ" for letter in word) else word


def _could_be_latin(sign: str) -> bool:
    return sign in ALIKE or sign.isdecimal()

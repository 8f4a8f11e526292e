"""Signs that a terminal obeys instead of showing them, as Unicode itself names them."""

import unicodedata

ALLOWED = frozenset("\t\n")
"""What lines and columns are made of."""
ENDS = frozenset({"Cc", "Zl", "Zp"})
TURNS = (
    "LEFT-TO-RIGHT ",
    "RIGHT-TO-LEFT ",
    "POP DIRECTIONAL ",
    "FIRST STRONG ",
    "ARABIC LETTER MARK",
)


def _commands() -> frozenset[str]:
    signs = map(chr, range(0x3000))
    return frozenset(
        sign
        for sign in signs
        if unicodedata.category(sign) in ENDS
        or (unicodedata.category(sign) == "Cf" and unicodedata.name(sign, "").startswith(TURNS))
    )


COMMANDS = _commands()


def commands_in(told: str) -> frozenset[str]:
    """Those that nobody may see in a terminal or a log."""
    return (COMMANDS - ALLOWED) & set(told)

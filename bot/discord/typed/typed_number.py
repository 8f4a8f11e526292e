"""Numbers as people type them: as wide as the letters of East Asia, and with spaces."""

import unicodedata


def plain_number(typed: str) -> str:
    """As programs write it; what is no number stays none."""
    return "".join(unicodedata.normalize("NFKC", typed).split())

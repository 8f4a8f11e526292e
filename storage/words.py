"""Texts in a database: some letters that Python can hold are no letters to Postgres."""

from sqlalchemy import Dialect, String, TypeDecorator

NO_LETTER = "\ufffd"


class Words(TypeDecorator[str]):
    """A text. What no database keeps, NUL and half of a surrogate pair, becomes �.

    Names, keys and the words of errors come from elsewhere: to refuse them here would leave a job
    unended for a letter that nobody reads.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else readable(value)


def readable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # By way of UTF-16 both halves of a pair, should they stand side by side, become one letter.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", NO_LETTER)

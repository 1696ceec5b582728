"""When two statements are the same however they are typed: the Python twin of `claims_statement_key`."""

import re
import unicodedata


class _Alike(dict[int, str]):
    """The image of each character, worked out when it is first met.

    Characters become lower case one by one, as in the database: Python alone would make Σ at the end of a word ς.
    """

    def __missing__(self, code: int) -> str:
        image = chr(code).lower().replace("\u0307", "")
        if unicodedata.category(chr(code)) != "Cn":
            self[code] = image
        return image


_ALIKE = _Alike(
    {
        **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
        **dict.fromkeys(map(ord, "\"“”„‟«»‹›'‘’‚‛`´＂\u0307"), ""),
        **dict.fromkeys(map(ord, "ıI"), "i"),
    }
)

# Python also takes four control characters for white space; PostgreSQL does not.
_WHITE_SPACE = re.compile(r"[^\S\x1c-\x1f]+")


def comparable_statement(statement: str) -> str:
    """Return the text whose MD5 `claims_statement_key` returns for the statement.

    Letter case (also of the Turkish i), quotation marks, kinds of dashes, white space and the end of the sentence make
    no difference.
    """
    text = statement if statement.isascii() else unicodedata.normalize("NFKC", statement)
    return _WHITE_SPACE.sub(" ", text.translate(_ALIKE)).strip(" .!?。")

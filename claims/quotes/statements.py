"""Compare statements regardless of typing. This is the Python equivalent of `claims_statement_key`."""

import re
import unicodedata


class _EquivalentCharacters(dict[int, str]):
    """A table of character replacements, each computed when its character is first needed.

    Characters are lower-cased one by one, as in the database; Python's own method would turn Σ at the end of a word
    into ς.
    """

    def __missing__(self, code: int) -> str:
        image = chr(code).lower().replace("\u0307", "")
        if unicodedata.category(chr(code)) != "Cn":
            self[code] = image
        return image


_EQUIVALENTS = _EquivalentCharacters(
    {
        **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
        **dict.fromkeys(map(ord, "\"“”„‟«»‹›'‘’‚‛`´＂\u0307"), ""),
        **dict.fromkeys(map(ord, "ıI"), "i"),
    }
)

#: 10² is not 102.
_BEFORE_RAISED_DIGIT = re.compile("(?<=[0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉])")
#: The letter of 5 mW that 5 MW has as a capital. No other prefix has units that differ in nothing but letter case.
MILLI_PATTERN = re.compile(r"(?<=[0-9])( *)m(?=(?:Wh?|A|V|Hz|J|Pa)(?![A-Za-z0-9]))")

# Python also counts four control characters as white space; PostgreSQL does not.
_WHITE_SPACE = re.compile(r"[^\S\x1c-\x1f]+")


def normalise_statement(statement: str) -> str:
    """Return the text whose MD5 digest `claims_statement_key` returns for the statement.

    Letter case (including the Turkish i), quotation marks, kinds of dashes, white space and final punctuation make no
    difference. Powers and the prefix of a unit do.
    """
    text = statement
    if not statement.isascii():
        text = unicodedata.normalize("NFKC", _BEFORE_RAISED_DIGIT.sub("^", statement))
    text = MILLI_PATTERN.sub(r"\1milli", text)
    return _WHITE_SPACE.sub(" ", text.translate(_EQUIVALENTS)).strip(" .!?。")

"""Compare statements regardless of how they were typed, in the same way as the SQL function `claims_statement_key`."""

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

#: Where a digit precedes a raised or lowered one: 10² must not become 102.
_BEFORE_RAISED_DIGIT = re.compile("(?<=[0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉])")
#: The prefix m of 5 mW, which differs from M in 5 MW. No other prefixes of units differ only in letter case.
MILLI_PATTERN = re.compile(r"(?<=[0-9])( *)m(?=(?:Wh?|A|V|Hz|J|Pa)(?![A-Za-z0-9]))")

# Python also counts four control characters as white space; PostgreSQL does not.
_WHITE_SPACE = re.compile(r"[^\S\x1c-\x1f]+")


def normalise_statement(statement: str) -> str:
    """Return the normalised statement. `claims_statement_key` returns the MD5 digest of the same text.

    Letter case (including the Turkish i), quotation marks, kinds of dashes, white space and final punctuation make no
    difference. Powers and the prefix of a unit do.
    """
    text = statement
    if not statement.isascii():
        text = unicodedata.normalize("NFKC", _BEFORE_RAISED_DIGIT.sub("^", statement))
    text = MILLI_PATTERN.sub(r"\1milli", text)
    return _WHITE_SPACE.sub(" ", text.translate(_EQUIVALENTS)).strip(" .!?。")

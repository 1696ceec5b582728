"""The hash of an entry's content. Only salted digests of its texts are hashed, so a text can be removed later.

Text 0 is the note. The next texts are the strings in the body (a quotation mark inside a string is stored as
`\\u0022`). A digest is the SHA-256 of the salt, a space and the text. All salts follow from one random seed. A removal
deletes the seed: each remaining text is then stored with its own salt, and each removed text with a hyphen and its
digest.

The database computes the same (`claims.models.ledger_rules.build_sealed_sha256_sql`); see docs/ledger-proofs.md.
"""

import json
import re
import sys
from hashlib import sha256
from pathlib import Path

_BARRED_PATTERN = re.compile("█{4}|x{4}|^[0-9a-f]{64}$")


def seal(note: str, body: str, salts: str) -> str:
    """Return the content with a digest in place of each text. The ledger stores the hash of the result."""
    salt_list = salts.split(",")
    parts = ["", note, *body.split('"')]
    for index in range(1, len(parts), 2):
        # A string followed by a colon is the name of a key, not a text.
        if not "".join(parts[index + 1 : index + 2]).startswith(":"):
            parts[index] = digest_text(parts[index], compute_salt(salt_list, index // 2))
    return '"'.join(parts)


def find_unbarred(note: str, body: str, salts: str) -> list[str]:
    """Return texts whose salt was deleted as for a removal, but whose words were not replaced.

    In a removed text, bars replace the letters, or x's in a URL. The text's digest is replaced too if it would reveal
    the words.
    """
    salt_list = salts.split(",")
    texts = [note, *body.split('"')[1::2]]
    return [
        text
        for text, salt in zip(texts, salt_list, strict=False)
        if salt.startswith("-") and not _BARRED_PATTERN.search(text)
    ]


def compute_sealed_sha256(note: str, body: str, salts: str) -> str:
    return sha256(seal(note, body, salts).encode()).hexdigest()


def compute_salt(salts: list[str], number: int) -> str:
    """Return the salt of a text; "-" and the digest if the text was removed; "" if there is no salt."""
    if len(salts) == 1:
        return sha256(f"{salts[0]} {number}".encode()).hexdigest()
    return salts[number] if number < len(salts) else ""


def digest_text(text: str, salt: str) -> str:
    return salt[1:] if salt.startswith("-") else sha256(f"{salt} {text}".encode()).hexdigest()


if __name__ == "__main__":  # in an evidence pack, beside the files that it names
    entry = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    sys.stdout.buffer.write(
        seal(entry["note"], Path(sys.argv[2]).read_text("utf-8"), entry["salts"]).encode()
    )

"""Material that reaches the demo's newsroom from outside, such as pictures and repeats.

Nothing is fetched or sent: all material is invented, and the URLs have hosts that do not exist.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from claims.matching.answers import MatchOptions, match_published_text
from claims.matching.repeat_detection import (
    find_repeated_sentences,
    record_reader_repeats,
    record_snapshot_repeats,
)
from claims.models import Claim
from claims.review import claim_edits, described_media
from sources.capture import capture
from sources.models import Source
from sources.overrides import Overrides
from sources.source_kinds import Material

FOLDER = Path(__file__).parent
Row = dict[str, Any]


class DemoContent(NamedTuple):
    """The demo's rows from its files, and the stored claims, sources and people by their keys."""

    rows: Row
    claims: dict[str, Claim]
    sources: dict[str, Source]
    people: dict[str, User]


def add_pictures(rows: list[Row], claims: dict[str, Claim], people: dict[str, User]) -> None:
    """Add pictures to claims. Call this before publishing their verdicts, which include the pictures."""
    for row in rows:
        user = people[row["by"]]
        file = ContentFile((FOLDER / row["file"]).read_bytes(), name=row["file"])
        media = described_media.store_media(file, by=user, alternative_text=row["alternative_text"])
        claim_edits.add_media(
            claims[row["claim"]], media, by=user, caption=row["caption"], page_url=row["page_url"]
        )


def find_repeats(content: Row, people: dict[str, User]) -> None:
    """Find published claims in articles and readers' texts. The claims must be committed for matching to find them."""
    for row in content["repeats"]:
        _read_article(row, people[row["by"]])
    for text in content["texts_of_readers"]:
        record_reader_repeats(text, find_repeated_sentences(match_published_text(text)))


def _read_article(row: Row, user: User) -> None:
    """Store an article, and record the sentences that repeat published claims."""
    text = f"{row['title']}\n\n" + " ".join(row["sentences"])
    overrides = Overrides(
        title=row["title"],
        publisher=row["publisher"],
        url=row["url"],
        published_on=date.fromisoformat(row["published_on"]),
        language="en",
        kind="article",
    )
    snapshot = capture(Material(text.encode(), filename="article.txt"), overrides=overrides, by=user).snapshot
    record_snapshot_repeats(
        snapshot, find_repeated_sentences(match_published_text(snapshot.text, MatchOptions(cut="sentences")))
    )

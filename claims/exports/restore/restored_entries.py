"""Entries during a restore: parsed bodies, validated if the file is untrusted, and the parts of merged claims."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from claims.exports.lines import ArchiveLine, UnreadableExport
from claims.ledger.document.markdown import is_safe
from claims.models import Claimant
from factcheck.web.site_urls import has_valid_marks, parse_stored


@dataclass(frozen=True)
class MergedParts:
    """The appearances, media and verdicts of merged claims, which entries do not assign to these claims."""

    claims: set[int] = field(default_factory=set)
    #: The merged claim that each appearance or verdict belonged to, by its id.
    appearances: dict[int, int] = field(default_factory=dict)
    verdicts: dict[int, int] = field(default_factory=dict)
    #: The claims that each picture, recording or video belonged to.
    media: dict[int, set[int]] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any]) -> None:
        self.claims.add(values["id"])
        self.appearances.update(dict.fromkeys(values["appearances"], values["id"]))
        self.verdicts.update(dict.fromkeys(values["verdicts"], values["id"]))
        for media in values.get("media", []):  # older exports do not have these
            self.media.setdefault(media, set()).add(values["id"])


@dataclass(frozen=True, slots=True)
class RestoredEntry:
    """One entry with its parsed body."""

    line: ArchiveLine
    body: dict[str, Any]

    @classmethod
    def parse(cls, line: ArchiveLine) -> "RestoredEntry":
        return cls(line, parse_stored(line.body))

    @property
    def claim(self) -> int:
        return int(self.line.values["claim_id"])

    @property
    def status(self) -> str:
        return str(self.line.values["status"])

    @property
    def kind(self) -> str:
        return str(self.line.values["kind"])

    @property
    def related(self) -> set[int]:
        """Return the claims whose state the entry depends on or changes."""
        target = self.body["merged_into"]
        return {self.claim, *self.body["merged_from"], *([target] if target else [])}


def build_claim_texts(body: Mapping[str, Any], claimants: set[int]) -> dict[str, Any]:
    """Return the texts and the claimant of a claim, read from the body of its entry."""
    claimant = (body["claimant"] or {}).get("id")
    return {
        "statement": body["statement"],
        "language": body["language"],
        # A claimant without any reference may have been deleted.
        "claimant_id": claimant if claimant in claimants else None,
        "claimed_on": parse_day(body["claimed_on"]),
        "context": body["context"],
    }


def find_first_appearance(body: Mapping[str, Any]) -> int | None:
    return next((appearance["id"] for appearance in body["appearances"] if appearance["is_first"]), None)


def find_claimants(entries: list[RestoredEntry]) -> set[int]:
    """Return the ids of these entries' claimants that exist in the database."""
    claimant_ids = {entry.body["claimant"]["id"] for entry in entries if entry.body["claimant"]}
    return set(Claimant.objects.filter(pk__in=claimant_ids).order_by().values_list("pk", flat=True))


def build_quote(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source, the snapshot and the quote of an appearance or of evidence, as their rows store them."""
    return {
        "source_id": values["source"]["id"],
        "snapshot_id": (values["snapshot"] or {}).get("id"),
        **{name: values[name] for name in ("exact", "prefix", "suffix", "start", "end")},
    }


def parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def parse_entry_body(line: ArchiveLine) -> dict[str, Any]:
    """Parse the body of an entry.

    Raises:
        UnreadableExport: the body differs from what an export contains, or has content that is unsafe on a page.
    """
    if hashlib.sha256(line.body).hexdigest() != line.values["body_sha256"]:
        raise UnreadableExport(
            gettext("Line %(line)s: the body does not match its checksum (SHA-256).") % {"line": line.number}
        )
    if not has_valid_marks(line.body):
        raise UnreadableExport(
            gettext("Line %(line)s: the body contains a tab, which an export never contains.")
            % {"line": line.number}
        )
    body: dict[str, Any] = parse_stored(line.body)
    if not all(map(is_safe, _iterate_html(body))):
        raise UnreadableExport(
            gettext("Line %(line)s: an explanation contains HTML that an export never contains.")
            % {"line": line.number}
        )
    return body


def _iterate_html(body: dict[str, Any]) -> Iterator[str]:
    # Old entries, written before there were translations, have none.
    for text_holder in (*body["verdicts"], *body.get("translations", [])):
        yield text_holder["explanation_html"]

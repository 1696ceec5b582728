"""Ledger entries as JSON, key by key: as versions of a claim, and as changes in order.

`claims` and `changes` write them; `factcheck.api.openapi.body_serializer` derives the OpenAPI document from them.
"""

from typing import Annotated, TypedDict

from claims.ledger.document.change_events import ChangeEvent
from claims.ledger.document.claim_body import PublicClaim
from claims.models import Publication
from factcheck.api.openapi.body_serializer import BodySerializer, Moment, WebAddress


class Version(TypedDict):
    """One entry of a claim's ledger."""

    version: int
    status: Annotated[str, Publication.Status]
    kind: Annotated[str, Publication.Kind]
    note: Annotated[str, "The public note."]
    published_at: Moment
    superseded_at: Moment | None
    body_sha256: Annotated[
        str, "SHA-256 of the claim's JSON in this version, byte for byte as `url` answers it."
    ]
    url: Annotated[WebAddress, "The claim as it was in this version."]


class Change(TypedDict):
    """One entry of the ledger, without the claim."""

    sequence: Annotated[int, "Its number in the feed; 1, 2, 3 and so on."]
    event: Annotated[
        Annotated[str, ChangeEvent], "What happened to the claim, as the webhook without a filter has it."
    ]
    claim_id: int
    version: Annotated[int, "The version of the claim that came of it."]
    kind: Annotated[str, Publication.Kind]
    status: Annotated[
        str, Publication.Status, "What the claim is since then. Not `published`: delete your copy."
    ]
    note: Annotated[str, "The public note."]
    published_at: Moment
    merged_into: Annotated[int | None, "The claim that it was merged into."]
    url: Annotated[WebAddress, "The claim as it was in this version."]
    body_sha256: Annotated[
        str, "SHA-256 of the claim's JSON in this version, byte for byte as it is answered here."
    ]
    sealed_sha256: Annotated[
        str,
        "SHA-256 of the note and of the same as it is stored, with a salted digest in the place of each text;"
        " docs/ledger-proofs.md says how it is made.",
    ]
    chain_sha256: Annotated[
        str, "The hash of this entry and of all before it; docs/ledger-proofs.md says how it is made."
    ]


class ChangeWithClaim(Change):
    """One entry of the ledger."""

    signature: Annotated[
        str | None,
        "With `signed=true`, the newsroom's Ed25519 signature, as base64url. It signs `factcheck ledger entry`, a line"
        " feed, and this change without `signature`, `salts`, `stored` and `claim` as RFC 8785 writes it.",
    ]

    salts: Annotated[str | None, "With `embed=stored`, what the texts were hashed with for `sealed_sha256`."]

    stored: Annotated[
        str | None,
        "With `embed=stored`, the claim's JSON as it is stored, of which `sealed_sha256` is: where an address of this"
        " site stands, it has a tab before the quotation mark and the address without the site.",
    ]

    claim: Annotated[
        PublicClaim | None,
        "The claim in this version; null where it was withdrawn, and with `embed=none` and `embed=stored`.",
    ]


class VersionSerializer(BodySerializer):
    body = Version


class ChangeSerializer(BodySerializer):
    body = ChangeWithClaim

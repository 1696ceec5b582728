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
        str, "SHA-256 of the claim's JSON in this version, byte for byte as returned by `url`."
    ]
    url: Annotated[WebAddress, "URL of the claim in this version."]


class Change(TypedDict):
    """One entry of the feed of changes, without the claim."""

    sequence: Annotated[int, "The number of the change in the feed: 1, 2, 3 and so on."]
    event: Annotated[Annotated[str, ChangeEvent], "The event, as for a webhook without a filter."]
    claim_id: int
    version: Annotated[int, "The resulting version of the claim."]
    kind: Annotated[str, Publication.Kind]
    status: Annotated[
        str,
        Publication.Status,
        "The status of the claim from then on. Unless it is `published`, delete your copy.",
    ]
    note: Annotated[str, "The public note."]
    published_at: Moment
    merged_into: Annotated[int | None, "The claim into which it was merged."]
    url: Annotated[WebAddress, "URL of the claim in this version."]
    body_sha256: Annotated[
        str, "SHA-256 of the claim's JSON in this version, byte for byte as returned here."
    ]
    sealed_sha256: Annotated[
        str,
        "SHA-256 of the note and the stored claim, with a salted digest in place of each text; see "
        "docs/ledger-proofs.md.",
    ]
    chain_sha256: Annotated[
        str, "The hash of this entry and all entries before it; see docs/ledger-proofs.md."
    ]


class ChangeWithClaim(Change):
    """One entry of the feed of changes, with the claim."""

    signature: Annotated[
        str | None,
        "With `signed=true`, the newsroom's Ed25519 signature in base64url. It signs `factcheck ledger entry`, a line "
        "feed, and this change without `signature`, `salts`, `stored` and `claim`, serialised by RFC 8785.",
    ]

    salts: Annotated[str | None, "With `embed=stored`, the salts of the text digests in `sealed_sha256`."]

    stored: Annotated[
        str | None,
        "With `embed=stored`, the claim's JSON as stored, which `sealed_sha256` covers: URLs of this site are"
        " stored without the site, and with a tab before the quotation mark.",
    ]

    claim: Annotated[
        PublicClaim | None,
        "The claim in this version; null if it was withdrawn, and with `embed=none` or `embed=stored`.",
    ]


class VersionSerializer(BodySerializer):
    body = Version


class ChangeSerializer(BodySerializer):
    body = ChangeWithClaim

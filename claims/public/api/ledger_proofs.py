"""Signed checkpoints of the ledger, and proofs of its content, for independent verification.

`ledger_tiles` serves the tree itself, in tiles that mirrors can store.
"""

from abc import ABC, abstractmethod
from base64 import b64encode
from typing import Annotated, Any, ClassVar, TypedDict

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer

from claims.ledger.document.claim_document import format_moment, render
from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs import merkle_tree, stored_tree
from claims.ledger.proofs.merkle_tree import hash_leaf
from claims.ledger.proofs.signed_note import format_verifier_key
from claims.ledger.proofs.witness_policy import build_published_note
from claims.models import Checkpoint, SigningKey
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.openapi.body_serializer import Moment, describe_body
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_strings import Parameter, Query, build_target_error
from factcheck.api.query_values import WholeNumber
from factcheck.api.resources import CACHE_PAST, PublicResource, build_conditional_response
from factcheck.database import read_connections

#: A checkpoint is signed once a minute, and followers want the newest.
CACHE_HEAD = "public, max-age=5"
PAGE_SIZE, PAGE_SIZE_LIMIT = 100, 1000


class LedgerResource(PublicResource, ABC):
    """The base of ledger resources. The primary responds, because a replica may lag behind."""

    nouns = ("proof", "proofs")

    def retrieve(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponse:
        query = self.item_query(request.GET, request=request)
        return read_connections.read_freshly(lambda: self.build_response(request, query, **url_kwargs))

    @abstractmethod
    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        """Return the response, from the primary's data."""


def encode_hashes(hashes: list[bytes]) -> list[str]:
    """Return hashes in base64, the encoding that transparency logs use."""
    return [b64encode(sha256).decode() for sha256 in hashes]


def build_json_response(request: HttpRequest, body: Any, *, cache: str) -> HttpResponse:
    content = render(body).encode()
    return build_conditional_response(request, content, cache=cache)


# Checkpoints ----------------------------------------------------------------------------------------------------------


class CheckpointResource(LedgerResource):
    """The newest checkpoint: the ledger's number of entries and the root of its Merkle tree, signed by the newsroom,
    in the form of transparency logs (C2SP `tlog-checkpoint`).
    """

    operation_id, summary = "ledger_checkpoint", "The newest signed checkpoint of the ledger"
    serializer_class = None  # type: ignore[assignment]  # a text, described in `answers`
    answers: ClassVar = {200: OpenApiResponse(OpenApiTypes.STR, "A signed note: C2SP `tlog-checkpoint`.")}

    def get_renderers(self) -> list[BaseRenderer]:
        return [DeclaredRenderer("text/plain", extension="txt")]

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        checkpoint = _get_newest_checkpoint()
        note = build_published_note(checkpoint)
        return build_conditional_response(
            request, note, cache=CACHE_HEAD, content_type="text/plain; charset=utf-8"
        )


class SignedCheckpoint(TypedDict):
    """The signed state of the ledger at a moment."""

    number: Annotated[int, "The number of the checkpoint, for use as `since`."]
    tree_size: Annotated[int, "The number of entries of the ledger."]
    root_sha256: Annotated[str, "The root of the Merkle tree over them (RFC 6962), in hexadecimal."]
    signed_at: Moment
    note: Annotated[str, "The signed note, as then returned by `/api/v1/ledger/checkpoint`."]


class CheckpointsPage(TypedDict):
    """Checkpoints in the order of their signing."""

    more: Annotated[bool, "Whether there are more: request them with the last `number` as `since`."]
    results: list[SignedCheckpoint]


class CheckpointsQuery(Query):
    since = Parameter(WholeNumber(0), "Return checkpoints after the one with this `number`.", default=0)
    page_size = Parameter(
        WholeNumber(1, PAGE_SIZE_LIMIT), "The maximum number of checkpoints to return.", default=PAGE_SIZE
    )


class CheckpointsResource(LedgerResource):
    """All checkpoints ever signed, oldest first."""

    operation_id, summary = "ledger_checkpoints", "All checkpoints, oldest first"
    item_query = CheckpointsQuery
    serializer_class = describe_body(CheckpointsPage)

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        size = query.value("page_size", PAGE_SIZE)
        rows = Checkpoint.objects.of_ledger().filter(pk__gt=query.value("since", 0)).order_by("pk")
        checkpoint_ids = list(rows[: size + 1])
        results: list[SignedCheckpoint] = [
            {
                "number": row.pk,
                "tree_size": row.tree_size,
                "root_sha256": row.root_sha256,
                "signed_at": format_moment(row.signed_at),
                "note": row.note,
            }
            for row in checkpoint_ids[:size]
        ]
        has_more = len(checkpoint_ids) > size
        page: CheckpointsPage = {"more": has_more, "results": results}
        return build_json_response(request, page, cache=CACHE_PAST if has_more else CACHE_HEAD)


# Keys -----------------------------------------------------------------------------------------------------------------


class PublicSigningKey(TypedDict):
    """A key that has signed checkpoints."""

    key: Annotated[str, "The public key (Ed25519), in base64url."]
    verifier_key: Annotated[str, "The key as `name+id+key`, the form used by programs for transparency logs."]
    began_at: Moment
    statement: Annotated[
        str, "A signed note that this key follows the previous one, signed by both; empty for the first key."
    ]
    loss_reason: Annotated[str, "Why the previous key did not sign this; empty if it did."]


class PublicSigningKeys(TypedDict):
    """The keys that have signed the ledger."""

    origin: Annotated[str | None, "The name of the log, which begins each checkpoint."]
    keys: Annotated[list[PublicSigningKey], "The keys, oldest first; the last one is in use."]


class KeysResource(LedgerResource):
    """All public keys that have signed the ledger, each with the note that announced it.

    Confirm the first key that you trust with the newsroom through another channel.
    """

    operation_id, summary = "ledger_keys", "The keys that have signed the ledger"
    serializer_class = describe_body(PublicSigningKeys)

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        keys = list(SigningKey.objects.in_order())
        body: PublicSigningKeys = {
            "origin": keys[0].origin if keys else None,
            "keys": [
                {
                    "key": key.public_key,
                    "verifier_key": format_verifier_key(key.origin, decode_bytes(key.public_key)),
                    "began_at": format_moment(key.began_at),
                    "statement": key.statement,
                    "loss_reason": key.loss_reason,
                }
                for key in keys
            ],
        }
        return build_json_response(request, body, cache=CACHE_HEAD)


# Proofs ---------------------------------------------------------------------------------------------------------------


class InclusionProof(TypedDict):
    """Proof that an entry is in the signed ledger (RFC 9162, section 2.1.3)."""

    sequence: int
    leaf_index: Annotated[int, "The position of its leaf in the tree: `sequence` - 1."]
    tree_size: int
    entry: Annotated[str, "The bytes of the entry; docs/ledger-proofs.md describes them."]
    leaf_hash: Annotated[str, "SHA-256 of a zero byte followed by `entry`, in base64."]
    hashes: Annotated[list[str], "The proof, from the leaf upwards, in base64."]
    root_hash: Annotated[str, "The resulting root, in base64: the third line of a checkpoint of this size."]
    checkpoint: Annotated[
        str | None, "The newest checkpoint of this size, with its cosignatures; null if none was signed."
    ]


class ConsistencyProof(TypedDict):
    """Proof that entries were only added to the ledger (RFC 9162, section 2.1.4)."""

    first: int
    second: int
    hashes: Annotated[list[str], "The proof, in base64."]
    first_root_hash: str
    second_root_hash: str


class InclusionQuery(Query):
    sequence = Parameter(WholeNumber(1), "The number of the entry, as in the feed of changes.", required=True)
    tree_size = Parameter(
        WholeNumber(1), "The number of entries in the ledger; by default, that of the newest checkpoint."
    )


class ConsistencyQuery(Query):
    first = Parameter(WholeNumber(1), "The number of entries of the earlier checkpoint.", required=True)
    second = Parameter(
        WholeNumber(1), "The number of entries of the later checkpoint; by default, of the newest one."
    )


class InclusionResource(LedgerResource):
    """Proofs that an entry is in the ledger of a checkpoint."""

    operation_id, summary = "ledger_inclusion", "Proof that an entry is in the ledger"
    item_query = InclusionQuery
    serializer_class = describe_body(InclusionProof)

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        sequence = query.value("sequence")
        newest_checkpoint = _get_newest_checkpoint()
        size = query.value("tree_size", newest_checkpoint.tree_size)
        _require_signed("tree_size", size, newest_checkpoint.tree_size)
        if sequence > size:
            raise build_target_error(
                "sequence",
                gettext("a ledger of %(size)s entries has no entry with this number.") % {"size": size},
            )
        parts = merkle_tree.list_inclusion_parts(sequence - 1, size)
        *hashes, root = stored_tree.load_proof([*parts, (0, size)])
        [text] = stored_tree.load_entry_texts(sequence, sequence)
        is_newest = size == newest_checkpoint.tree_size
        checkpoint = (
            newest_checkpoint if is_newest else Checkpoint.objects.of_ledger().filter(tree_size=size).newest()
        )
        body: InclusionProof = {
            "sequence": sequence,
            "leaf_index": sequence - 1,
            "tree_size": size,
            "entry": text.decode(),
            "leaf_hash": b64encode(hash_leaf(text)).decode(),
            "hashes": encode_hashes(hashes),
            "root_hash": b64encode(root).decode(),
            "checkpoint": build_published_note(checkpoint) if checkpoint else None,
        }
        return build_json_response(request, body, cache=_get_cache_control(query, "tree_size"))


class ConsistencyResource(LedgerResource):
    """Proofs that the ledger of a later checkpoint extends that of an earlier one, without rewritten entries."""

    operation_id, summary = "ledger_consistency", "Proof that the ledger has only grown"
    item_query = ConsistencyQuery
    serializer_class = describe_body(ConsistencyProof)

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        first_size = query.value("first")
        signed_size = _get_newest_checkpoint().tree_size
        second_size = query.value("second", signed_size)
        _require_signed("second", second_size, signed_size)
        if first_size > second_size:
            detail = gettext("`first` must not be more than `second`, which is %(second)s.") % {
                "second": second_size
            }
            raise InvalidParameters([{"parameter": "first", "code": "invalid", "detail": detail}])
        parts = merkle_tree.list_consistency_parts(first_size, second_size)
        *hashes, first_root, second_root = stored_tree.load_proof([*parts, (0, first_size), (0, second_size)])
        body: ConsistencyProof = {
            "first": first_size,
            "second": second_size,
            "hashes": encode_hashes(hashes),
            "first_root_hash": b64encode(first_root).decode(),
            "second_root_hash": b64encode(second_root).decode(),
        }
        return build_json_response(request, body, cache=_get_cache_control(query, "second"))


def _get_newest_checkpoint() -> Checkpoint:
    newest_checkpoint = Checkpoint.objects.of_ledger().newest()
    if newest_checkpoint is None:
        raise Http404
    return newest_checkpoint


def _require_signed(name: str, size: int, signed_size: int) -> None:
    if size > signed_size:
        raise build_target_error(
            name, gettext("the latest checkpoint covers %(signed)s entries.") % {"signed": signed_size}
        )


def _get_cache_control(query: Query, name: str) -> str:
    """Return the Cache-Control header of a response. A proof for a stated size never changes."""
    return CACHE_PAST if name in query.given_values else CACHE_HEAD

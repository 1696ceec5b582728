"""Submit our newest checkpoint to each witness, and store the cosignatures."""

import logging
from base64 import b64encode

from django.conf import settings
from django.utils.translation import gettext

from claims.features.witnesses.models import Cosignature, Witness
from claims.ledger.proofs import merkle_tree, stored_tree
from claims.ledger.proofs.cosignature import CLOCK_SKEW, find_cosignature
from claims.ledger.proofs.signed_note import InvalidNote
from claims.models import Checkpoint
from factcheck.database import clock
from sources.http.sent_messages import PostError, PostResponse, post

_log = logging.getLogger(__name__)


class NotCosigned(Exception):
    """The witness did not cosign; `str()` is the reason."""


class TwoHistories(NotCosigned):
    """The witness has cosigned entries that this ledger lacks, because this database lacks them or because
    another database uses the same key.
    """


def request_cosignatures() -> int:
    """Ask each active witness to cosign the newest checkpoint, and return the number of new cosignatures."""
    checkpoint = Checkpoint.objects.of_ledger().newest()
    if checkpoint is None:
        return 0
    pending_witnesses = Witness.objects.filter(active=True).exclude(cosignatures__checkpoint=checkpoint)
    return sum(_request_cosignature(witness, checkpoint) for witness in pending_witnesses)


def build_cosigned_note(checkpoint: Checkpoint) -> str:
    """Return the note of a checkpoint with all its cosignatures, including those of former witnesses."""
    return checkpoint.note + "".join(checkpoint.cosignatures.values_list("line", flat=True))


def is_ledger_known_to(witness: Witness) -> bool:
    """Return whether a new witness knows our ledger, without revealing anything about its entries.

    Raises:
        NotCosigned: the witness does not respond.
    """
    checkpoint = Checkpoint.objects.of_ledger().newest()
    # The request states an old size that our ledger never had: a witness that knows the ledger rejects the
    # size, any other rejects the ledger.
    return (
        checkpoint is not None
        and _post_checkpoint(witness, checkpoint, checkpoint.tree_size + 1).status == 400
    )


def _request_cosignature(witness: Witness, checkpoint: Checkpoint) -> bool:
    now = clock.get_database_time()
    failure, failing_since, has_two_histories = "", None, False
    try:
        cosignature = _submit_checkpoint(witness, checkpoint)
    except NotCosigned as refusal:
        _log.warning("%s did not cosign checkpoint %s: %s", witness.name, checkpoint.tree_size, refusal)
        failure, failing_since = str(refusal), witness.failing_since or now
        # This remains true until the witness cosigns again; a missing response changes nothing.
        has_two_histories = isinstance(refusal, TwoHistories) or witness.sees_two_histories
    else:
        Cosignature.objects.get_or_create(
            checkpoint=cosignature.checkpoint,
            witness=witness,
            defaults={"line": cosignature.line, "cosigned_at": cosignature.cosigned_at},
        )
    Witness.objects.filter(pk=witness.pk).update(
        failure=failure, failing_since=failing_since, sees_two_histories=has_two_histories, asked_at=now
    )
    return not failure


def _submit_checkpoint(witness: Witness, checkpoint: Checkpoint) -> Cosignature:
    """Submit a checkpoint to a witness, and return the cosignature. Raises `NotCosigned`."""
    last_cosignature = witness.cosignatures.order_by("-checkpoint").select_related("checkpoint").first()
    last_size = last_cosignature.checkpoint.tree_size if last_cosignature else 0
    response = _post_checkpoint(witness, checkpoint, last_size)
    if response.status == 409:
        # The witness has cosigned another size than we have stored, after a restored backup or a request
        # signed with the same key.
        last_size = _parse_size(response)
        if last_size > checkpoint.tree_size:
            raise TwoHistories(
                gettext(
                    "The witness has seen %(known)s entries of this ledger, which now has only %(size)s. An "
                    "older backup was restored, or another installation is signing with the same key."
                )
                % {"known": last_size, "size": checkpoint.tree_size}
            )
        response = _post_checkpoint(witness, checkpoint, last_size)
    if response.status in (409, 422):
        raise TwoHistories(
            gettext(
                "The witness has seen a different history of this ledger. Run verify_ledger, and check whether another"
                " installation is signing with the same key."
            )
        )
    if response.status != 200:
        raise NotCosigned(
            gettext("The witness answered with status %(status)s.") % {"status": response.status}
        )
    try:
        cosignature = find_cosignature(
            checkpoint.note + response.beginning, name=witness.name, public_key=witness.public_key
        )
    except InvalidNote:
        cosignature = None
    if cosignature is None:
        raise NotCosigned(gettext("The witness’s answer does not carry its signature."))
    # A replay of an old response proves nothing about today.
    if not checkpoint.signed_at - CLOCK_SKEW <= cosignature.moment <= clock.get_database_time() + CLOCK_SKEW:
        raise NotCosigned(
            gettext("The cosignature is dated %(moment)s.") % {"moment": cosignature.moment.isoformat()}
        )
    return Cosignature(
        checkpoint=checkpoint, witness=witness, line=cosignature.line, cosigned_at=cosignature.moment
    )


def _post_checkpoint(witness: Witness, checkpoint: Checkpoint, last_size: int) -> PostResponse:
    size = checkpoint.tree_size
    hashes = (
        stored_tree.load_proof(merkle_tree.list_consistency_parts(last_size, size))
        if 0 < last_size < size
        else []
    )
    lines = [f"old {last_size}", *(b64encode(proof_hash).decode() for proof_hash in hashes)]
    body = "\n".join([*lines, "", checkpoint.note]).encode()
    try:
        return post(
            f"{witness.url.rstrip('/')}/add-checkpoint",
            body,
            {"Content-Type": "text/plain; charset=utf-8"},
            allow_loopback=settings.WEBHOOKS_TO_LOOPBACK,
        )
    except PostError as error:
        raise NotCosigned(str(error)) from None


def _parse_size(response_body: PostResponse) -> int:
    size = response_body.beginning.strip()
    if not size.isascii() or not size.isdigit() or len(size) > 19:
        raise NotCosigned(
            gettext("The witness answered with status %(status)s.") % {"status": response_body.status}
        )
    return int(size)

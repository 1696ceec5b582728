"""The URLs of a witness: `/witness/add-checkpoint` (C2SP `tlog-witness`), and `/witness` with our key."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from claims.features.witnesses.witnessing import (
    Submission,
    SubmissionRefused,
    build_witness_verifier_key,
    cosign_checkpoint,
)

#: Enough bytes for the longest submission: 63 hashes and a checkpoint with a few signatures.
MAX_BYTES = 65_536
_CONTENT_TYPE = "text/plain; charset=utf-8"


@csrf_exempt  # the signature of the checkpoint matters, not its sender
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
        return HttpResponse(f"At most {MAX_BYTES} bytes.\n", status=413, content_type=_CONTENT_TYPE)
    try:
        return HttpResponse(cosign_checkpoint(Submission.parse(request.body)), content_type=_CONTENT_TYPE)
    except SubmissionRefused as refusal:
        is_size_conflict = refusal.status == 409
        return HttpResponse(
            refusal.body,
            status=refusal.status,
            content_type="text/x.tlog.size" if is_size_conflict else _CONTENT_TYPE,
        )


@require_safe
def show_witness(request: HttpRequest) -> HttpResponse:
    """Return our verifier key. Newsrooms enter it to add us as a witness."""
    return HttpResponse(f"{build_witness_verifier_key()}\n", content_type=_CONTENT_TYPE)

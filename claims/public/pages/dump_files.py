"""Public dumps: their list and their files, complete or in ranges (RFC 9110, sections 13 and 14).

`latest` in a URL stands for the newest dump; the response has the file's permanent URL in `Content-Location`. Responses
are not compressed in transit, because ranges would then refer to the compressed bytes.
"""

import json
from collections.abc import Generator, Iterable
from http import HTTPStatus
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from claims.exports.dumps import kept_dumps
from claims.exports.dumps.kept_dumps import MANIFEST, DumpFile, KeptDump
from claims.ledger.queries.correction_filters import filter_corrections
from claims.models import Publication
from claims.public.pages.page_cache import read_public
from claims.public.pages.responses import respond
from factcheck.api.limited_streams import StartedStream, TooManyDownloads, stream_in_slot
from factcheck.api.problems import build_unavailable_response
from factcheck.api.resources import build_conditional_response
from factcheck.installation.file_parts import iterate_pieces
from factcheck.web.byte_ranges import ByteRange, RangeNotSatisfiable, parse_range
from factcheck.web.throttling import build_refusal
from factcheck.web.throttling.callers import admit
from factcheck.web.throttling.costs import MAX_COST
from factcheck.web.throttling.enforcement import get_token_owner

LATEST = "latest"
#: The maximum number of listed corrections since the newest dump. `changes` in its manifest leads to all of them.
MAX_CORRECTIONS = 100
#: For the rate limit, a response counts as one more request for each block of this many bytes.
BYTES_PER_COST_UNIT = 4 * 2**20
#: Up to this number of bytes, a body is sent whole. A longer one is streamed, and the number of streams is limited.
SINGLE_RESPONSE_SIZE = 2**20
#: Proxies must not compress or rewrite the file. The newest dump may be replaced at any time.
LATEST_CACHE = "public, max-age=60, no-transform"
DATED_CACHE = "public, max-age=3600, no-transform"


@require_safe
@read_public
def dumps_page(request: HttpRequest) -> HttpResponse:
    """List the dumps, with instructions."""
    dumps = kept_dumps.list_dumps()
    corrections = list(_find_corrections(dumps[0])) if dumps else []
    context = {
        "dumps": dumps,
        "newest": dumps[0] if dumps else None,
        "corrections": corrections,
        "site": request.build_absolute_uri("/")[:-1],
    }
    dependencies = [*(dump.folder for dump in dumps), *(entry.sequence for entry in corrections)]
    return respond(request, "claims/dumps.html", context, dependencies=dependencies)


@require_safe
def dumps_index(request: HttpRequest) -> HttpResponse:
    """Return the manifests of all dumps, newest first, with file URLs, and the corrections since the newest dump."""
    dumps = kept_dumps.list_dumps()
    document = {
        "latest": _build_address(request, LATEST, MANIFEST) if dumps else None,
        "corrections": [
            {
                "claim": entry.claim_id,
                "url": entry.document["url"],
                "kind": entry.kind,
                "note": entry.note,
                "published_at": entry.published_at.isoformat(),
            }
            for entry in (_find_corrections(dumps[0]) if dumps else [])
        ],
        "dumps": [_build_manifest(request, dump) for dump in dumps],
    }
    content = json.dumps(document, ensure_ascii=False).encode()
    return build_conditional_response(request, content, cache="public, max-age=60")


@require_safe
def dump_file(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    """Serve a file of a dump, or only the requested byte range."""
    dump = kept_dumps.find_newest() if day == LATEST else kept_dumps.find_for_day(day)
    file = dump.files.get(name) if dump else None
    if dump is None or file is None:
        raise Http404("There is no such file of a dump. /dumps/index.json lists the files.")
    etag = quote_etag(file.sha256)
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=int(dump.written_at.timestamp())
    )
    if response is None:
        response = _build_content(request, dump, file, etag)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(dump.written_at.timestamp())
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = LATEST_CACHE if day == LATEST else DATED_CACHE
    response["Content-Location"] = reverse("dump-file", args=[dump.day, name])
    response["X-Content-Type-Options"] = "nosniff"
    # Scripts on other sites may read dumps.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _build_content(request: HttpRequest, dump: KeptDump, file: DumpFile, etag: str) -> HttpResponseBase:
    try:
        byte_range = _read_range(request, file.size, etag)
    except RangeNotSatisfiable:
        refusal = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal["Content-Range"] = f"bytes */{file.size}"
        return refusal
    first_byte, length = (byte_range.first, byte_range.length) if byte_range else (0, file.size)
    # `Range` applies to GET only: HEAD describes the whole file.
    body: Iterable[bytes] = ()
    if request.method == "GET":
        if limit_refusal := _charge_budget(request, length):
            return limit_refusal
        try:
            body = _build_body(
                iterate_pieces(default_storage, dump.get_path(file), first_byte, length), length
            )
        except FileNotFoundError:
            raise Http404("This dump has just been removed.") from None
        except TooManyDownloads as busy:
            return build_unavailable_response(
                request, HTTPStatus.SERVICE_UNAVAILABLE, str(busy.detail), retry_after=busy.wait
            )
    is_streamed = length > SINGLE_RESPONSE_SIZE
    response = (StreamingHttpResponse if is_streamed else HttpResponse)(
        body, content_type=file.media_type, status=HTTPStatus.PARTIAL_CONTENT if byte_range else HTTPStatus.OK
    )
    response["Content-Length"] = str(length)
    if byte_range:
        response["Content-Range"] = byte_range.format_content_range(file.size)
    return response


def _read_range(request: HttpRequest, size: int, etag: str) -> ByteRange | None:
    header = request.META.get("HTTP_RANGE", "")
    # Continue an interrupted download only if the file is the same; otherwise send the whole file.
    if request.method != "GET" or not header or request.META.get("HTTP_IF_RANGE", etag) != etag:
        return None
    return parse_range(header, size)


def _build_body(pieces: Generator[bytes], length: int) -> Iterable[bytes]:
    """Return a small body as bytes and a large one as a stream, which counts towards the limit of streams."""
    if length <= SINGLE_RESPONSE_SIZE:
        return [b"".join(pieces)]
    return StartedStream(stream_in_slot(pieces, b""))


def _charge_budget(request: HttpRequest, length: int) -> HttpResponse | None:
    """Charge the response to the client's rate limit; return a refusal if the limit is exceeded."""
    cost = min(MAX_COST, length // BYTES_PER_COST_UNIT)
    if not cost:
        return None
    admission = admit(request, user_id=get_token_owner(request), cost=cost)
    if admission and not admission.allowed:
        return build_refusal(request, admission)
    request.admission = admission  # type: ignore[attr-defined]  # RateLimits looks for it
    return None


def _find_corrections(dump: KeptDump) -> Iterable[Publication]:
    """Return corrections and retractions since a dump was written, newest first."""
    later_corrections = filter_corrections().filter(sequence__gt=dump.manifest["ledger"]["sequence"])
    return later_corrections.order_by("-sequence")[:MAX_CORRECTIONS]


def _build_manifest(request: HttpRequest, dump: KeptDump) -> dict[str, Any]:
    files = [
        {**file, "url": _build_address(request, dump.day, file["name"])} for file in dump.manifest["files"]
    ]
    return {**dump.manifest, "url": _build_address(request, dump.day, MANIFEST), "files": files}


def _build_address(request: HttpRequest, day: str, name: str) -> str:
    return request.build_absolute_uri(reverse("dump-file", args=[day, name]))

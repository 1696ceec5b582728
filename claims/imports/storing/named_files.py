"""The files that database rows refer to, with their expected SHA-256."""

from collections.abc import Iterator

from claims.models import ImportRun
from sources import archive
from sources.models import MediaObject, Snapshot


def iterate_named_files() -> Iterator[tuple[str, str]]:
    """Yield the name of each stored file with its SHA-256. Some files are repeated."""
    yield from list_uploads().items()
    digests = Snapshot.objects.order_by("pk").values_list("content_sha256", flat=True)
    media = MediaObject.objects.order_by("pk")
    kept_files = [digests, media.values_list("sha256", flat=True)]
    kept_files.append(media.exclude(public_sha256="").values_list("public_sha256", flat=True))
    for rows in kept_files:
        for digest in rows.iterator(chunk_size=2_000):
            yield archive.build_path(digest), digest


def list_uploads() -> dict[str, str]:
    """Return the files of imports, whether finished or not."""
    return dict(ImportRun.objects.exclude(upload="").values_list("upload", "content_sha256"))


def parse_digest(name: str) -> str:
    """Return the SHA-256 in an archive file name; "" if it is not a snapshot."""
    digest = name.rpartition("/")[2]
    try:
        return digest if archive.build_path(digest) == name else ""
    except ValueError:
        return ""

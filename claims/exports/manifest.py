"""The file NAME.manifest.json: the content of an export, its moment in the ledger, and its checksum."""

import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext

from claims.exports.outputs import BLOCK_SIZE, Progress
from factcheck.installation.version import read_version

MANIFEST_VERSION = 1


class ManifestMismatch(ValueError):
    """A file differs from its manifest; `str()` is a sentence for a person."""


def build_manifest_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.manifest.json")


def build_manifest(
    path: Path, *, filters: dict[str, Any], ledger: dict[str, Any], claims: int, size: int, sha256: str
) -> dict[str, Any]:
    """Return the manifest of an export file, as JSON values."""
    return {
        "manifest_version": MANIFEST_VERSION,
        "file": path.name,
        **filters,
        "ledger": ledger,
        "entries": claims,
        "bytes": size,
        "sha256": sha256,
        "software": describe_software(),
    }


def verify(path: Path, progress: Progress = lambda read: None) -> dict[str, Any]:
    """Check a file against its manifest and return the manifest.

    Raises:
        ManifestMismatch: the file differs from its manifest, or either of them cannot be read.
    """
    try:
        manifest: dict[str, Any] = orjson.loads(build_manifest_path(path).read_bytes())
        size, sha256 = manifest["bytes"], manifest["sha256"]
    except OSError as problem:
        raise ManifestMismatch(
            gettext("%(beside)s cannot be read: %(strerror)s.")
            % {"beside": build_manifest_path(path), "strerror": problem.strerror}
        ) from None
    except (ValueError, KeyError, TypeError):
        raise ManifestMismatch(
            gettext("%(beside)s is not a manifest of an export.") % {"beside": build_manifest_path(path)}
        ) from None
    digest, bytes_read = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_SIZE):
                digest.update(block)
                bytes_read += len(block)
                progress(bytes_read)
    except OSError as problem:
        raise ManifestMismatch(
            gettext("%(path)s cannot be read: %(strerror)s.") % {"path": path, "strerror": problem.strerror}
        ) from None
    if bytes_read != size:
        raise ManifestMismatch(
            gettext("%(path)s has %(read)s bytes; its manifest says %(size)s.")
            % {"path": path, "read": f"{bytes_read:,}", "size": f"{size:,}"}
        )
    if digest.hexdigest() != sha256:
        raise ManifestMismatch(
            gettext("%(path)s has the SHA-256 %(digest)s; its manifest says %(sha256)s.")
            % {"path": path, "digest": digest.hexdigest(), "sha256": sha256}
        )
    return manifest


def describe_software() -> dict[str, Any]:
    """Return the name and schema version of the program that wrote a file."""
    return {"name": "factcheck", "version": read_version(), "schema": _describe_schema()}


def _describe_schema() -> dict[str, str]:
    """Map each app whose rows are exported to its last migration."""
    graph = MigrationLoader(connection).graph
    return dict(graph.leaf_nodes(app)[0] for app in ("sources", "claims"))


def format_manifest(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"

"""The life of an import: chosen, started, gone on with."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile

from claims.importers.found import Refusal
from claims.importers.review import Review
from claims.models import ImportRun


def choose(upload: UploadedFile, *, by: User) -> ImportRun:
    """Keep an uploaded file, and find out its format and how it is to be read."""
    raise NotImplementedError


def start(run: ImportRun, *, by: User) -> None:
    """Have the worker import it."""
    raise NotImplementedError


def problems_report(run: ImportRun) -> Iterator[bytes]:
    """What was refused or left out, as NDJSON."""
    raise NotImplementedError


def preview(
    run: ImportRun,
    *,
    format: str,  # noqa: A002  as on the command line
    settings: Mapping[str, Any],
    count: int = 20,
) -> list[Review | Refusal]:
    """The first records of the upload, as they would be stored."""
    raise NotImplementedError

"""The newsroom's own archive: two administrators release it, so its verdicts need no separate sign-offs.

One administrator requests the import. The archive is read and held without storing any claims. A second administrator
reviews a sample and releases the archive, which is then imported from the same bytes.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.raw_record import Refusal
from claims.imports.reading.recipe import Recipe
from claims.imports.reading.review_record import Review
from claims.imports.storing import runs
from claims.imports.storing.unusable_records import build_refusal_problem
from claims.models import ImportProblem, ImportRun
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from factcheck.database.bulk_copy import copy_rows
from sources.addresses import is_address
from sources.source_kinds import STANDARD_INPUT

PERMISSION = "claims.import_house_archive"
#: The number of records that the second administrator reviews.
SAMPLE_SIZE = 25

_State = ImportRun.State
#: The number of problems stored at a time.
_BATCH_SIZE = 1_000


def queue_archive(run: ImportRun, *, by: User) -> None:
    """Queue an upload to be read and held as a newsroom archive.

    Raises:
        NotAllowed: the person is not an administrator.
        NotPossible: the import has already started.
    """
    require_permission(by, PERMISSION, _("import the newsroom’s own archive"))
    with transaction.atomic():
        row = ImportRun.objects.select_for_update().get(pk=run.pk)
        if row.state != _State.CHOSEN:
            raise NotPossible(
                _("The import has been started in the meantime. Reload the page to see its progress.")
            )
        row.house_archive, row.started_by, row.started_by_name = True, by, get_display_name(by)
        row.save(update_fields=["house_archive", "started_by", "started_by_name"])
        runs.start_run(row, by=by)


def store_copy(path_or_url: str, recipe: Recipe, *, by: User) -> ImportRun:
    """Store a copy of a file and hold it as a newsroom archive, to be read.

    Raises:
        NotAllowed: the person is not an administrator.
        NotPossible: there is no such file, or it is already held.
    """
    require_permission(by, PERMISSION, _("import the newsroom’s own archive"))
    if path_or_url == STANDARD_INPUT or is_address(path_or_url) or not Path(path_or_url).is_file():
        raise NotPossible(
            _(
                "A newsroom archive must be a single file, so that exactly what was reviewed is released. "
                "Pack a folder as a ZIP file."
            )
        )
    digest = runs.compute_digest(path_or_url)
    if held_run := ImportRun.objects.filter(content_sha256=digest, state=_State.HELD).first():
        raise NotPossible(_("%(run)s is already waiting for a second administrator.") % {"run": held_run})
    path = Path(path_or_url)
    run = ImportRun(
        origin=path_or_url[:2000],
        content_sha256=digest,
        size=path.stat().st_size,
        format=recipe.format,
        format_settings=runs.build_recipe_settings(recipe),
        house_archive=True,
        started_by=by,
        started_by_name=get_display_name(by),
    )
    with path.open("rb") as stream:
        run.upload.save(runs.build_storage_name(path.name), File(stream), save=False)
    run.save()
    return run


def preview_archive(run: ImportRun) -> ImportRun:
    """Read the whole archive without storing claims, and keep a sample for the second administrator."""
    ImportProblem.objects.filter(run=run).delete()
    run.records = run.refused = 0
    run.state, run.error, run.moved_at = _State.READING, "", timezone.now()
    run.save(update_fields=["records", "refused", "state", "error", "moved_at"])
    sample = _Sample()
    try:
        for problems in _read_sample(run, sample):
            copy_rows(ImportProblem, problems)
    except Exception as problem:
        _fail(run, f"{type(problem).__name__}: {problem}".replace("\0", ""))
        raise
    if not sample.chosen_reviews:
        _fail(run, _("None of the file’s records can be stored."))
        return run
    run.sample, run.state, run.moved_at = sample.chosen_reviews, _State.HELD, timezone.now()
    run.save(update_fields=["records", "refused", "sample", "state", "moved_at"])
    return run


def can_release(run: ImportRun, by: User) -> bool:
    """Return whether this person may release the archive."""
    return run.state == _State.HELD and run.started_by_id != by.pk and by.has_perm(PERMISSION)


@transaction.atomic
def release_archive(run: ImportRun, *, by: User) -> None:
    """Release the archive for import and publication, after its sample was reviewed.

    Raises:
        NotAllowed: the person is not an administrator, or requested it.
        NotPossible: the archive is not waiting for release.
    """
    require_permission(by, PERMISSION, _("release the newsroom’s own archive"))
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state != _State.HELD:
        raise NotPossible(
            _("This import is not waiting to be released: it is “%(state)s”.")
            % {"state": run.get_state_display()}
        )
    if run.started_by_id == by.pk:
        raise NotAllowed(
            _("You requested this import yourself. Another administrator must review and release it.")
        )
    run.released_by, run.released_by_name, run.released_at = by, get_display_name(by), timezone.now()
    run.save(update_fields=["released_by", "released_by_name", "released_at"])
    run.state = _State.WAITING
    run.save(update_fields=["state"])
    app.configure_task(runs.RUN_IMPORT, queueing_lock=f"import {run.pk}").defer(run_id=run.pk)


class _Sample:
    """A random sample of records (algorithm R) that the author of a file cannot predict."""

    def __init__(self) -> None:
        self.chosen_reviews: list[dict[str, Any]] = []
        self._review_count = 0

    def add(self, review: Review) -> None:
        self._review_count += 1
        if len(self.chosen_reviews) < SAMPLE_SIZE:
            self.chosen_reviews.append(_describe_review(review))
        elif (index := secrets.randbelow(self._review_count)) < SAMPLE_SIZE:
            self.chosen_reviews[index] = _describe_review(review)


def _read_sample(run: ImportRun, sample: _Sample) -> Iterator[list[ImportProblem]]:
    problems: list[ImportProblem] = []
    for item, conventions in runs.read_upload(run):
        run.records += 1
        review = item if isinstance(item, Refusal) else read_review(item, conventions)
        if isinstance(review, Refusal):
            run.refused += 1
            problems.append(build_refusal_problem(run, review))
        else:
            sample.add(review)
        if len(problems) == _BATCH_SIZE:
            yield problems
            problems = []
    yield problems


def _describe_review(review: Review) -> dict[str, Any]:
    """Return the values of a record that the second administrator sees."""
    return {
        "position": review.location.position,
        "statement": review.statement,
        "language": review.language,
        "claimant": review.claimant.name if review.claimant else "",
        "publisher": review.publisher.name if review.publisher else "",
        "rating": review.rating.text if review.rating else "",
        "rating_class": review.rating.rating_class if review.rating else "",
        "reviewed_on": review.reviewed_on.isoformat() if review.reviewed_on else "",
        "title": review.title,
        "summary": review.summary,
        "url": review.url,
    }


def _fail(run: ImportRun, reason: str) -> None:
    run.state, run.error = _State.FAILED, reason
    run.save(update_fields=["records", "refused", "state", "error"])

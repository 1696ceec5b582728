"""Records that an import could not use, as stored and as reported."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import orjson
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from claims.imports.reading.processes import to_plain_json, to_plain_text
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Remark
from claims.imports.reading.values.problem import shorten_value
from claims.imports.storing.stage import StagedReview
from claims.models import ImportProblem, ImportRun
from factcheck.database.bulk_copy import RowMaker
from factcheck.installation.messages import activate_newsroom_language, translate_message
from factcheck.translatable_messages import TranslatableMessage

_REFUSED_OUTCOME, _LEFT_OUT_OUTCOME, _MERGED_OUTCOME = (
    ImportProblem.Outcome.REFUSED,
    ImportProblem.Outcome.LEFT_OUT,
    ImportProblem.Outcome.MERGED,
)
#: The codes of problems of stored records. These are kept when an interrupted import continues.
MERGED_CODE, CONFLICT_CODE = "merged into another record", "conflict with stored value"

#: Kinds of problems that must be listed here to be translated. The English names are stored.
KINDS: Final = (
    gettext_noop("conflict with stored value"),
    gettext_noop("disagreement"),
    gettext_noop("empty file"),
    gettext_noop("merged into another record"),
    gettext_noop("no such format"),
    gettext_noop("record of this newsroom"),
    gettext_noop("retracted here"),
    gettext_noop("unknown format"),
    gettext_noop("unreadable"),
)

#: The states of imports that are neither running nor waiting.
_ENDED_STATES = (ImportRun.State.FINISHED, ImportRun.State.FAILED, ImportRun.State.UNDONE)


def drop_earlier_problems(run: ImportRun) -> None:
    """Delete the problems that earlier attempts at the same file recorded, because this attempt records them again.

    Problems of stored records are found only once, so they are kept.
    """
    same_file = Q(content_sha256=run.content_sha256) & ~Q(content_sha256="")
    same_place = Q(origin=run.origin, content_sha256="", state=ImportRun.State.FAILED)
    earlier_runs = ImportRun.objects.filter(same_file | same_place, pk__lt=run.pk, state__in=_ENDED_STATES)
    ImportProblem.objects.filter(run__in=earlier_runs).exclude(code__in=[MERGED_CODE, CONFLICT_CODE]).delete()


def build_refusal_problem(run: ImportRun, refusal: Refusal) -> ImportProblem:
    """Build the problem report of a refused record."""
    record = refusal.found
    return _build_problem(
        run,
        _REFUSED_OUTCOME,
        refusal.location,
        (refusal.field, refusal.code, refusal.reason),
        record,
        refusal.raw if record is None else record.raw,
    )


def build_value_problems(
    run: ImportRun, record: RawRecord, remarks: Iterable[Remark]
) -> Iterator[ImportProblem]:
    """Yield a problem report for each value left out of a record."""
    for remark in remarks:
        remark_values = (remark.field, remark.code, remark.reason)
        yield _build_problem(run, _LEFT_OUT_OUTCOME, record.location, remark_values, record, record.raw)


def build_storing_problem(
    run: ImportRun, staged_review: StagedReview, field: str, code: str, reason: str
) -> ImportProblem:
    """Build the report of a record that could be read but not stored."""
    location = staged_review.review.location
    record = RawRecord(location, orjson.loads(staged_review.fields_json))
    return _build_problem(run, _REFUSED_OUTCOME, location, (field, code, reason), record, None)


def build_left_out_problems(
    run: ImportRun,
    staged_review: StagedReview,
    omitted_values: Mapping[str, str],
    *,
    target: str,
    first_record: str,
    is_merged: bool,
) -> Iterator[ImportProblem]:
    """Yield a problem for each value of a record that conflicts with a stored one, or one problem for a merged
    record.

    Args:
        omitted_values: the stored values by field name.
        target: the claim or verdict into which the record was merged.
        first_record: the record that created the target; "" if unknown.
    """
    location, record = (
        staged_review.review.location,
        RawRecord(staged_review.review.location, orjson.loads(staged_review.fields_json)),
    )
    claim_name = f"{target} ({first_record})" if first_record else target
    if is_merged:
        values_text = "; ".join(f"{name}: {shorten_value(value)}" for name, value in omitted_values.items())
        reason = TranslatableMessage(
            "This record is for %(named)s, but its values differ from those stored: %(stored)s.",
            named=claim_name,
            stored=values_text,
        )
        yield _build_problem(
            run, _MERGED_OUTCOME, location, (next(iter(omitted_values)), MERGED_CODE, reason), record, None
        )
        return
    for name, value in omitted_values.items():
        reason = TranslatableMessage(
            "The value stored for %(named)s is different: %(value)s.",
            named=claim_name,
            value=shorten_value(value),
        )
        yield _build_problem(run, _LEFT_OUT_OUTCOME, location, (name, CONFLICT_CODE, reason), record, None)


def describe_kind(code: str) -> str:
    """Return a kind of problem in the reader's language; unknown kinds are returned as stored."""
    return gettext(code) if code else ""


def write_report(problems: Iterable[ImportProblem]) -> Iterator[bytes]:
    """Yield NDJSON with a line for each problem. Lines with `fields` can be corrected and imported again."""
    for problem in problems:
        yield orjson.dumps(
            {
                "file": problem.file,
                "position": problem.position,
                "outcome": problem.outcome,
                "field": problem.field,
                "code": problem.code,
                "reason": problem.reason,
                "fields": problem.fields,
                "record": problem.record,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


@cache
def _get_problem_factory() -> RowMaker[ImportProblem]:
    return RowMaker(ImportProblem)


def _build_problem(
    run: ImportRun,
    outcome: str,
    location: RecordLocation,
    description: tuple[str, str, str],
    raw_record: RawRecord | None,
    record: Any,
) -> ImportProblem:
    field, code, reason = description
    with activate_newsroom_language():
        reason = translate_message(reason)
    return _get_problem_factory()(
        run_id=run.pk,
        outcome=outcome,
        file=to_plain_text(location.file)[:500],
        position=to_plain_text(location.position)[:200],
        field=field[:50],
        code=code[:50],
        reason=to_plain_text(reason),
        fields=to_plain_json(dict(raw_record.fields)) if raw_record else None,
        record=to_plain_json(record),
    )

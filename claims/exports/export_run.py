"""Run an export, or continue an interrupted one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext

from claims.exports import manifest
from claims.exports.format_choice import ExportFormat, choose_format
from claims.exports.outputs import (
    ExportState,
    OutputError,
    Progress,
    StreamOutput,
    find_interrupted,
    open_part_file,
    write_atomically,
)
from claims.exports.selection import LedgerMoment, Selection, use_one_snapshot

#: Called with the number of entries; returns a callback for the size of each block.
BeginProgress = Callable[[int], Progress]


@dataclass(frozen=True)
class ExportOptions:
    """The format, the versions and the filter of an export."""

    format: str = "ndjson"
    versions: str = "current"
    filter: str = ""


@dataclass(frozen=True)
class ExportResult:
    """The result of an export."""

    entries: int
    bytes: int
    sha256: str
    moment: LedgerMoment


def _ignore_progress(total: int) -> Progress:
    return lambda count: None


def export_to_stream(
    options: ExportOptions, file: IO[bytes], *, begin_progress: BeginProgress = _ignore_progress
) -> ExportResult:
    """Write an export to an open file, such as standard output.

    Raises:
        InvalidParameters: the API would reject the filter.
    """
    export_format = choose_format(options.format, options.versions)
    with use_one_snapshot():
        selection = Selection(options.filter)
        output = StreamOutput(file, begin_progress(export_format.count(selection)))
        export_format.write(selection, output)
    output.finish()
    return ExportResult(output.claims, output.bytes, output.hash.hexdigest(), selection.moment)


def export_to_file(
    options: ExportOptions,
    path: Path,
    *,
    resume: bool = False,
    begin_progress: BeginProgress = _ignore_progress,
) -> ExportResult:
    """Write an export to a file with its manifest. The file gets its final name when it is complete.

    Args:
        resume: continue an interrupted export; the result is the same file.

    Raises:
        InvalidParameters: the API would reject the filter.
        OutputError: the file cannot be written, or this export cannot continue it.
    """
    export_format = choose_format(options.format, options.versions)
    earlier_state = _load_state(options, path) if resume else None
    with use_one_snapshot():
        moment = _choose_moment(export_format, earlier_state)
        selection = Selection(options.filter, moment)
        state = ExportState(asdict(options), moment.sequence, moment.published_at)
        if earlier_state and earlier_state.place and export_format.is_resumable:
            state = earlier_state
        with open_part_file(path, state, begin_progress(export_format.count(selection))) as output:
            export_format.write(selection, output)
            output.finish()
    result = ExportResult(output.claims, output.bytes, output.hash.hexdigest(), moment)
    write_atomically(
        manifest.build_manifest_path(path), manifest.format_manifest(_build_manifest(options, path, result))
    )
    return result


def _load_state(options: ExportOptions, path: Path) -> ExportState | None:
    earlier_state = find_interrupted(path)
    if earlier_state and earlier_state.asked != asdict(options):
        filters = ", ".join(f"{name} “{value}”" for name, value in earlier_state.asked.items() if value)
        raise OutputError(
            gettext(
                "The interrupted export was started with other options: %(asked)s. Use the same options to continue it."
            )
            % {"asked": filters}
        )
    return earlier_state


def _choose_moment(export_format: ExportFormat, earlier_state: ExportState | None) -> LedgerMoment:
    if earlier_state is None or (earlier_state.place is None and export_format.has_current_beginning):
        return LedgerMoment.now()
    return LedgerMoment(earlier_state.sequence, earlier_state.published_at)


def _build_manifest(options: ExportOptions, path: Path, result: ExportResult) -> dict[str, Any]:
    return manifest.build_manifest(
        path,
        filters=asdict(options),
        ledger=asdict(result.moment),
        claims=result.entries,
        size=result.bytes,
        sha256=result.sha256,
    )

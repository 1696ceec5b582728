from contextlib import closing
from pathlib import Path
from typing import Any, TextIO, cast

import orjson
import tomli_w
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext
from rich.console import Console

from claims.exports.lines import HEADER_START
from claims.imports.reading.formats import spreadsheets
from claims.imports.reading.inputs import input_files
from claims.imports.reading.inputs.crawler import MAX_PAGES
from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.checked_values import MappingError, require_known
from claims.imports.reading.mappings.mapping import Mapping, read_mapping
from claims.imports.reading.raw_record import FIELDS
from claims.imports.reading.recipe import FORMATS, Recipe
from claims.imports.storing import house_archive, runs
from claims.imports.storing.run_import import run_dry_import
from claims.management.import_explanation import build_explanation, print_explanation
from claims.management.import_report import (
    build_summary,
    make_detection_printer,
    make_unrated_question,
    print_summary,
    show_progress,
)
from claims.management.terminal import build_console, find_user
from claims.models import ImportRun
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.installation.messages import translate_message
from factcheck.installation.private_files import make_private_folder, open_private
from factcheck.management.localized_command import LocalizedCommand
from sources.addresses import is_address
from sources.source_kinds import STANDARD_INPUT

#: The exit status of a finished import in which some records were refused.
EXIT_SOME_REFUSED = 3


class Command(LocalizedCommand):
    help = gettext_noop(
        "Import others' fact checks, or your own archive: ClaimReview markup in web pages and JSON, answers\n"
        "of the Fact Check Tools API, tables (CSV, TSV, Excel) and NDJSON; a file, a folder, an archive, the\n"
        "address of a page, sitemap or feed, or - for standard input. See docs/importing.md.\n\n"
        "Records imported before are recognised: the same file changes nothing, a changed review becomes a\n"
        "new version. Run the same command to continue an interrupted import. Rejected records are written\n"
        "to a report that you can correct and import.\n\n"
        "Exit status: 0 all records were imported, 1 the import failed, 2 the command was used incorrectly, 3 some\n"
        "records were rejected. The summary goes to standard output, everything else to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", metavar="FILE|FOLDER|URL|-", help=gettext("file, folder, address, or -"))
        names = [form.NAME for form in FORMATS]
        parser.add_argument("--format", default="", choices=names, metavar="NAME", help=", ".join(names))
        parser.add_argument(
            "--mapping", metavar="FILE", help=gettext("meaning of the columns of a table (TOML)")
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help=gettext(
                "default for a field that a record lacks, such as publisher=Seeblatt; can be repeated"
            ),
        )
        parser.add_argument("--sheet", default="", metavar="NAME", help=gettext("sheet of a workbook"))
        parser.add_argument(
            "--write-mapping",
            metavar="FILE",
            help=gettext(
                "write the mapping of the columns to a file, to correct and use with --mapping; nothing is imported"
            ),
        )
        parser.add_argument(
            "--unrated",
            action="store_true",
            help=gettext("import reviews without a rating column, as claims for triage"),
        )
        parser.add_argument(
            "--by", metavar="USERNAME", help=gettext("user who imports the article (default: none)")
        )
        parser.add_argument(
            "--house-archive",
            action="store_true",
            help=gettext(
                "the newsroom's own archive: read and held until an administrator other than --by releases it"
            ),
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help=gettext("run the whole import, show what would be stored, then undo it"),
        )
        parser.add_argument(
            "--report", metavar="FILE", help=gettext("file for the report of rejected records")
        )
        parser.add_argument(
            "--pages",
            type=int,
            default=MAX_PAGES,
            help=gettext("pages per site (default %(most_pages)s)") % {"most_pages": f"{MAX_PAGES:,}"},
        )
        parser.add_argument("--json", action="store_true", help=gettext("write the summary as a JSON object"))

    def handle(self, *, place: str, dry_run: bool, **options: Any) -> None:
        _require_location(place)
        if _is_lossless_export(place):
            call_command("restore_claims", place, dry_run=dry_run, stdout=self.stdout, stderr=self.stderr)
            return
        recipe = Recipe(
            options["format"],
            mapping=_read_mapping(options["mapping"]),
            constants=_parse_constants(options["set"]),
            sheet=options["sheet"],
        )
        user = find_user(options["by"])
        errors = Console(stderr=True)
        if options["write_mapping"]:
            self._write_mapping(place, recipe, options["write_mapping"])
            if not dry_run:
                return
        if options["house_archive"]:
            self._hold_archive(place, recipe, user, dry_run=dry_run)
            return

        def import_place() -> ImportRun:
            run = runs.find_or_create_run(place, recipe, by=user)
            with show_progress(errors) as report_progress:
                runs.import_files(
                    run,
                    place,
                    recipe,
                    report_detection=make_detection_printer(errors),
                    report_progress=report_progress,
                    max_pages=options["pages"],
                    allows_unrated=(lambda file: True)
                    if options["unrated"]
                    else make_unrated_question(errors),
                )
            self._report(run, dry_run=dry_run, path=options["report"], as_json=options["json"])
            return run

        try:
            run = run_dry_import(import_place) if dry_run else import_place()
        except runs.AlreadyRunning as problem:
            raise CommandError(str(problem)) from None
        if run.refused:
            raise SystemExit(EXIT_SOME_REFUSED)

    def _hold_archive(self, location: str, recipe: Recipe, user: User | None, *, dry_run: bool) -> None:
        """Hold the newsroom's archive until a second administrator releases it."""
        if dry_run:
            raise CommandError(
                gettext("--house-archive stores nothing until it is released: do not use it with --dry-run.")
            )
        if user is None:
            raise CommandError(
                gettext("Name the administrator who imports the newsroom archive: --by USERNAME.")
            )
        try:
            run = house_archive.preview_archive(house_archive.store_copy(location, recipe, by=user))
        except (NotPossible, NotAllowed) as refusal:
            raise CommandError(str(refusal)) from None
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.error)
        page = reverse("admin:claims_importrun_change", args=[run.pk])
        self.stdout.write(
            ngettext(
                "%(records)s record read, %(refused)s rejected. Nothing is stored or public yet: another "
                "administrator must check a sample and release it at %(site_url)s%(page)s",
                "%(records)s records read, %(refused)s of them rejected. Nothing is stored or public yet: "
                "another administrator must check a sample and release it at %(site_url)s%(page)s",
                run.records,
            )
            % {
                "records": f"{run.records:,}",
                "refused": f"{run.refused:,}",
                "site_url": settings.SITE_URL,
                "page": page,
            }
        )

    def _write_mapping(self, location: str, recipe: Recipe, path: str) -> None:
        """Write the detected mapping of the first file to `path`."""
        if location == STANDARD_INPUT:
            raise CommandError(
                gettext("Standard input can be read only once: leave --write-mapping out, or name a file.")
            )
        with closing(input_files.open_files(location)) as files:  # type: ignore[type-var]  # a generator, which can be closed
            file = next(files, None)
            choice = recipe.choose_format(file) if isinstance(file, File) else file
            if isinstance(file, File) and isinstance(choice, tuple) and choice[0] is spreadsheets:
                choice = (
                    choice[0],
                    recipe.complete(spreadsheets.inspect_workbook(file, recipe.sheet)),
                )
        if not isinstance(choice, tuple):
            raise CommandError(translate_message(choice.reason) if choice else gettext("There is no file."))
        form, format_settings = choice
        if "mapping" not in format_settings:
            raise CommandError(
                gettext("%(place)s has no columns: it is %(format)s. Only tables have a mapping.")
                % {"place": location, "format": translate_message(form.TITLE)}
            )
        mapping = Mapping.from_json(format_settings["mapping"])
        try:
            Path(path).write_text(tomli_w.dumps(mapping.to_json()), "utf-8")
        except OSError as error:
            raise CommandError(
                gettext("The mapping cannot be written to %(path)s: %(strerror)s.")
                % {"path": path, "strerror": error.strerror}
            ) from None
        self.stderr.write(
            gettext("The mapping of the columns: %(path)s. Correct it, then use it with --mapping.")
            % {"path": path}
        )

    def _report(self, run: ImportRun, *, dry_run: bool, path: str | None, as_json: bool) -> None:
        explanation = build_explanation(run) if dry_run else {}
        if as_json:
            self.stdout.write(orjson.dumps(build_summary(run, dry_run=dry_run) | explanation).decode())
        else:
            console = build_console(cast(TextIO, self.stdout))
            if explanation:
                print_explanation(console, explanation)
            print_summary(console, run, dry_run=dry_run)
        if not run.problems.exists():
            return
        name = "import-tried.ndjson" if dry_run else f"import-{run.pk}.ndjson"
        report = Path(path) if path else settings.DATA_DIR / "reports" / name
        try:
            if not path:
                make_private_folder(report.parent)
            # Rejected records were never published.
            with open_private(report) as file:
                file.writelines(runs.write_problem_report(run))
        except OSError as error:
            raise CommandError(
                gettext("The report cannot be written to %(report)s: %(strerror)s.")
                % {"report": report, "strerror": error.strerror}
            ) from None
        self.stderr.write(gettext("Rejected records, with reasons: %(report)s") % {"report": report})


def _require_location(location: str) -> None:
    """Raise CommandError if there is nothing to import."""
    if location == STANDARD_INPUT or is_address(location):
        return
    try:
        exists = Path(location).exists()
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise CommandError(gettext("There is no file or folder %(place)s.") % {"place": location})


def _parse_constants(texts: list[str]) -> dict[str, str]:
    """Parse `field=value` texts, and return the default value of each field."""
    constants: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        try:
            require_known("--set", name.strip(), FIELDS, "field")
        except MappingError as problem:
            raise CommandError(str(problem)) from None
        if not separator or not value.strip():
            raise CommandError(
                gettext("--set: %(name)s has no value. Write it as %(name)s=…") % {"name": name}
            )
        constants[name.strip()] = value.strip()
    return constants


def _is_lossless_export(location: str) -> bool:
    """Return whether the file is our own export, which is restored with its ids and versions.

    Raises:
        CommandError: the file is a compressed lossless export.
    """
    if location == STANDARD_INPUT or is_address(location) or not Path(location).is_file():
        return False
    with closing(input_files.open_files(location)) as files:  # type: ignore[type-var]  # a generator, which can be closed
        first_file = next(files, None)
        if not isinstance(first_file, File) or not first_file.head.startswith(HEADER_START):
            return False
    with Path(location).open("rb") as stream:
        if stream.read(len(HEADER_START)) == HEADER_START:
            return True
    raise CommandError(
        gettext(
            "%(place)s is a compressed export of this program. Decompress it, or pipe it to: manage.py restore_claims -"
        )
        % {"place": location}
    )


def _read_mapping(path: str | None) -> Mapping | None:
    if path is None:
        return None
    try:
        return read_mapping(Path(path).read_text("utf-8"))
    except MappingError as problem:
        raise CommandError(f"{path}: {problem}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(
            gettext("The mapping %(path)s cannot be read: %(problem)s.") % {"path": path, "problem": problem}
        ) from None

from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console

from claims.articles.article_import import import_article
from claims.management.article_report import print_document, print_report
from claims.management.terminal import build_console, find_user
from factcheck.installation.messages import translate_message
from factcheck.management.localized_command import LocalizedCommand
from sources.extraction import ExtractionError
from sources.extraction.bounded_extraction import start_loading
from sources.http.fetch_errors import FetchError
from sources.models import Source
from sources.overrides import OverrideError, read_overrides
from sources.source_kinds import ReadingError, add_transcript, read_material

OVERRIDES = ("title", "byline", "publisher", "date", "language", "url", "kind")


class Command(LocalizedCommand):
    help = gettext_noop(
        "Store an article as a source with a snapshot, and propose its check-worthy statements as claims.\n\n"
        "Importing the same text again changes nothing. A changed text makes a new snapshot of the same source, and\n"
        "the report lists which earlier anchors are unchanged, moved or orphaned. A text without an address is\n"
        "recognised by its title: give the old one with --title if the headline changed.\n\n"
        "Pages without an article (cookie notices, login pages, pages drawn by a script) are rejected with\n"
        "the reason, and the report says when part of a page was not read. A document may take 30\n"
        "seconds and 512 MB to read.\n\n"
        "Every statement is listed: those to check first and those worth a look are proposed; the others\n"
        "are named below them. Run it again with --all to propose these too.\n\n"
        "Exit status: 0 imported (or unchanged), 1 the article could not be imported and nothing\n"
        "was stored, 2 the command was used incorrectly. The report goes to standard output, everything else\n"
        "to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "article",
            metavar="FILE|URL|-",
            help=gettext(
                "a web page, a PDF, .docx or .odt document, a transcript (WebVTT, SRT, or text with "
                "times) or plain text; - reads standard input"
            ),
        )
        parser.add_argument(
            "--transcript",
            metavar="FILE",
            default="",
            help=gettext(
                "transcript of the recording at URL: the page gives title and date, this file the text"
            ),
        )
        options = parser.add_argument_group(gettext("corrections to the article's details"))
        options.add_argument("--title", default="")
        options.add_argument("--byline", default="")
        options.add_argument("--publisher", metavar="NAME", default="")
        options.add_argument(
            "--date", metavar="YYYY-MM-DD", default="", help=gettext("when it was published")
        )
        options.add_argument("--language", metavar="TAG", default="", help=gettext("such as en, pt-BR or ko"))
        options.add_argument(
            "--url", default="", help=gettext("address of the article, if it is read from a file")
        )
        options.add_argument(
            "--kind",
            choices=Source.Kind.values,
            default="",
            help=gettext("the kind of source"),
            metavar="KIND",
        )
        parser.add_argument("--all", action="store_true", help=gettext("also propose the other claims"))
        parser.add_argument(
            "--by", metavar="USERNAME", help=gettext("user who imports the article (default: none)")
        )
        parser.add_argument("--dry-run", action="store_true", help=gettext("report, but store nothing"))
        parser.add_argument(
            "--json", action="store_true", help=gettext("write a JSON object instead of tables")
        )

    def handle(self, *, article: str, **options: Any) -> None:
        try:
            overrides = read_overrides(**{name: options[name] for name in OVERRIDES})
            user = find_user(options["by"])
            with Console(stderr=True).status(f"Reading {article} …"):
                start_loading()  # while the page is fetched
                material = read_material(article)
                if options["transcript"]:
                    material = add_transcript(material, options["transcript"])
            imported_article = import_article(
                material,
                overrides=overrides,
                include_all=options["all"],
                by=user,
                dry_run=options["dry_run"],
            )
        except (OverrideError, ReadingError, FetchError) as error:
            raise CommandError(translate_message(error)) from None
        except ExtractionError as error:
            raise CommandError(f"{'standard input' if article == '-' else article}: {error}") from None
        print_result = print_document if options["json"] else print_report
        print_result(imported_article, build_console(cast(TextIO, self.stdout)))

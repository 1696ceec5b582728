"""Write the standards report on a period to standard output."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop

from claims.features.standards.period import InvalidPeriod, Period
from claims.features.standards.report import get_report
from claims.features.standards.report_files import build_document, write_csv
from claims.ledger.document.claim_document import render
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Write the figures that IFCN and EFCSN assessors require for a period, as JSON or CSV."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=_parse_day,
            help=gettext("the first day, such as 2026-01-01 (default: a year before the last)"),
        )
        parser.add_argument("--until", type=_parse_day, help=gettext("the last day (default: today)"))
        parser.add_argument("--format", choices=["json", "csv"], default="json", help=gettext("json or csv"))

    def handle(self, *, since: date | None, until: date | None, format: str, **options: Any) -> None:  # noqa: A002  the option's name
        try:
            standards_report = get_report(Period.between(since, until))
        except InvalidPeriod as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            write_csv(standards_report) if format == "csv" else render(build_document(standards_report)),
            ending="",
        )


def _parse_day(text: str) -> date:
    return date.fromisoformat(text)

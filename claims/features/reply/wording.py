"""The wording of requests for reply: a template per language, with placeholders.

Only the placeholders in a fixed list are filled in, so that a template cannot read other data.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, get_default_timezone_name
from django.utils.translation import gettext as _

from claims.features.reply.models import ReplyTemplate
from factcheck.list_phrases import join_words

TEMPLATES_FILE = Path(__file__).parent / "reply_templates.toml"

#: The placeholders that a template may contain, and those that it must contain.
PLACEHOLDERS = ("claim", "claimant", "deadline", "newsroom", "editor")
REQUIRED_PLACEHOLDERS = ("claim", "deadline")

_PLACEHOLDER_PATTERN = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class RequestWording:
    """The subject and text of a request for reply."""

    subject: str
    text: str


def ensure_templates() -> None:
    """Add the default templates of requests for reply if there are no templates."""
    if not ReplyTemplate.objects.exists():
        rows = tomllib.loads(TEMPLATES_FILE.read_text(encoding="utf-8"))
        ReplyTemplate.objects.bulk_create(
            [
                ReplyTemplate(language=language, subject=row["subject"], text=row["text"].strip())
                for language, row in rows.items()
            ],
            ignore_conflicts=True,
        )


def find_template(language: str) -> ReplyTemplate | None:
    """Return a template: in this language, else in its base language (`pt` for `pt-BR`), in English or in any other."""
    rows = {row.language: row for row in ReplyTemplate.objects.all()}
    base_language = language.partition("-")[0]
    return rows.get(language) or rows.get(base_language) or rows.get("en") or next(iter(rows.values()), None)


def check_placeholders(text: str, *, needed_placeholders: tuple[str, ...] = ()) -> None:
    """Check that the text has only known placeholders, and all required ones.

    Raises:
        ValidationError: a placeholder is unknown or missing; each has a sentence in the message.
    """
    problems = [
        _("{%(name)s} is not a known field. Known fields: %(known)s.")
        % {"name": name, "known": _list_placeholders(PLACEHOLDERS)}
        for name in dict.fromkeys(_PLACEHOLDER_PATTERN.findall(text))
        if name not in PLACEHOLDERS
    ]
    stray_text = _PLACEHOLDER_PATTERN.sub("", text)
    for line_number, problem in enumerate(stray_text.splitlines(), 1):
        if "{" in problem or "}" in problem:
            problems.append(
                _("Line %(number)d has an unmatched brace: “%(line)s”.")
                % {"number": line_number, "line": problem.strip()[:80]}
            )
    missing_names = [name for name in needed_placeholders if f"{{{name}}}" not in text]
    if missing_names:
        problems.append(_("The text must contain %(what)s.") % {"what": _list_placeholders(missing_names)})
    if problems:
        raise ValidationError(problems)


def fill_template(template: ReplyTemplate, values: Mapping[str, str]) -> RequestWording:
    """Fill in the template. The placeholder of a missing value stays in braces, for a person to replace."""

    def get_value(match: re.Match[str]) -> str:
        return values.get(match[1], match[0])

    subject = " ".join(_PLACEHOLDER_PATTERN.sub(get_value, template.subject).split())
    return RequestWording(subject[:300], _PLACEHOLDER_PATTERN.sub(get_value, template.text))


def find_unfilled_placeholders(text: str) -> list[str]:
    """Return the placeholders that are still unfilled in the text."""
    return [
        f"{{{name}}}" for name in dict.fromkeys(_PLACEHOLDER_PATTERN.findall(text)) if name in PLACEHOLDERS
    ]


def build_values(
    *, claim: str, claimant: str, editor: str, deadline: datetime | None, language: str
) -> dict[str, str]:
    """Return the values of the placeholders. Without a deadline, the deadline's placeholder has no value."""
    values = {"claim": claim, "claimant": claimant, "editor": editor, "newsroom": settings.NEWSROOM_NAME}
    return values | ({"deadline": format_deadline(deadline, language)} if deadline else {})


def format_deadline(deadline: datetime, language: str) -> str:
    """Return a deadline as text in this language, in the newsroom's time zone, which the text names."""
    site_language = language if translation.check_for_language(language) else language.partition("-")[0]
    with translation.override(site_language if translation.check_for_language(site_language) else "en"):
        local_time = deadline.astimezone(get_default_timezone())
        return f"{date_format(local_time, 'DATE_FORMAT')}, {local_time:%H:%M} ({get_default_timezone_name()})"


def _list_placeholders(names: tuple[str, ...] | list[str]) -> str:
    return join_words(f"{{{name}}}" for name in names)

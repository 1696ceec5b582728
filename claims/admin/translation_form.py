"""The form of a translation, and the translations on a verdict's page."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.status_badges import build_state_badge
from claims.models import Translation, Verdict
from claims.models.translation import TEXT_FIELDS
from claims.review.translation_originals import OriginalText
from factcheck.admin.badges import render_badge
from factcheck.admin.base import get_page_url
from factcheck.admin.versions import DeskForm
from factcheck.language_names import get_language_name, is_right_to_left

STARTED_MESSAGE = gettext_lazy(
    "Translation started. Write it beside the original, then submit it for review."
)
#: The height of each text field, in lines.
_TEXTAREA_ROWS = {"statement": 3, "title": 2, "summary": 5, "explanation": 24}


class TranslationForm(DeskForm):
    """The form of a draft translation. It has fields only for the parts that the original has."""

    class Meta:
        model = Translation
        fields = (*TEXT_FIELDS, "byline")

    def values(self) -> dict[str, Any]:
        """Return the form's values to store, keyed by field name."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}


class NewTranslationForm(DeskForm):
    """The form for starting a translation: the verdict and the target language."""

    class Meta:
        model = Translation
        fields = ("verdict", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].label = _("To translate")
        self.fields["language"].help_text = _("A language tag such as es, pt-BR or ar.")

    def _get_validation_exclusions(self) -> set[str]:
        # The function that starts a translation rejects an existing one with a clear message, so no check is needed.
        return super()._get_validation_exclusions() | {"verdict", "language"}  # type: ignore[misc]  # Django's own


class LanguageForm(forms.Form):
    """The form for the target language, on the page of the verdict to translate."""

    language = forms.CharField(
        max_length=35, widget=forms.HiddenInput, validators=Translation._meta.get_field("language").validators
    )


@dataclass(frozen=True, slots=True)
class TranslatedPart:
    """One part of a translation beside the same part of the original."""

    name: str
    label: str
    original: list[str]
    """The paragraphs of the original."""
    translated_text: str
    """The translated text."""
    field: forms.BoundField | None
    """The field for editing the translation; None if it is only displayed."""
    is_same: bool = False
    """Whether the text stays unchanged, because the statement was made in the target language."""


def pair_parts(
    translation: Translation, original: OriginalText | None, form: forms.BaseForm | None
) -> list[TranslatedPart]:
    """Pair each part of the original with its translation.

    Args:
        original: None if the original has been replaced since; then only the translation is shown.
        form: the form for editing the translation; None for display only.
    """
    pairs = []
    for name in TEXT_FIELDS:
        translated_text = getattr(translation, name)
        original_text = original.words[name] if original else ""
        if not original_text.strip() and not translated_text.strip():
            continue
        field = form[name] if form is not None and name in form.fields else None
        if field is not None:
            field.field.widget.attrs |= _build_attributes(name, translation.language)
        is_same = bool(
            name == "statement"
            and original
            and original.statement_language.lower() == translation.language.lower()
        )
        label = str(getattr(Translation._meta.get_field(name), "verbose_name", name))
        pairs.append(
            TranslatedPart(name, label, split_paragraphs(original_text), translated_text, field, is_same)
        )
    return pairs


def split_paragraphs(text: str) -> list[str]:
    """Split a text at blank lines."""
    return [paragraph.strip() for paragraph in text.replace("\r\n", "\n").split("\n\n") if paragraph.strip()]


def _build_attributes(name: str, language: str) -> dict[str, Any]:
    return {
        "rows": _TEXTAREA_ROWS[name],
        "lang": language,
        "dir": "rtl" if is_right_to_left(language) else "ltr",
        "class": "desk-input",
        "data-paragraphs": name,
    }


def list_offered_languages(taken_languages: set[str]) -> list[str]:
    """Return the site's languages that do not have a translation yet."""
    families = {tag.lower() for tag in taken_languages}
    return [code for code, _name in settings.LANGUAGES if code not in families]


_State = Translation.State
#: The most translations shown on a claim's page, newest first; the list of translations has all.
_TRANSLATION_LIMIT = 30


@dataclass(frozen=True, slots=True)
class TranslationLine:
    """A translation on the page of its verdict, with its progress and possible moves."""

    row: Translation
    language: str
    badge: SafeString
    url: str
    is_out_of_date: bool
    may_carry_over: bool


def build_translations_context(verdict: Verdict | None, person: User) -> dict[str, Any]:
    """Return the template context of the list of translations; {} if there is nothing to translate."""
    if (
        verdict is None
        or not verdict.publisher.is_house
        or not person.has_perm("claims.view_translation")
        or (verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW) and verdict.supersedes_id is None)
    ):
        return {"translations": None}
    published_verdict = verdict if verdict.state == Verdict.State.PUBLISHED else _find_live_verdict(verdict)
    rows = list(
        Translation.objects.readable_by(person)
        .filter(verdict__claim=verdict.claim_id, verdict__publisher=verdict.publisher_id)
        .exclude(state__in=[_State.SUPERSEDED, _State.RETRACTED])
        .select_related("verdict", "author")
        .defer("explanation")
        .order_by("-pk")[:_TRANSLATION_LIMIT]
    )
    live_translations = {
        row.language.lower() for row in rows if published_verdict and row.verdict_id == published_verdict.pk
    }
    may_add = published_verdict is not None and person.has_perm("claims.add_translation")
    lines = [
        _build_translation_line(
            row,
            is_renewed=row.language.lower() in live_translations,
            published_verdict=published_verdict,
            may_add=may_add,
        )
        for row in rows
    ]
    taken_languages = {verdict.language, *live_translations}
    return {
        "translations": sorted(lines, key=lambda line: (line.row.language.lower(), -line.row.pk)),
        "translated_verdict": published_verdict,
        "translate_into": [
            (code, get_language_name(code)) for code in list_offered_languages(taken_languages)
        ]
        if may_add
        else [],
        "may_translate": may_add,
    }


def _find_live_verdict(verdict: Verdict) -> Verdict | None:
    return Verdict.objects.filter(
        claim=verdict.claim_id, publisher=verdict.publisher_id, state=Verdict.State.PUBLISHED
    ).first()


def _build_translation_line(
    row: Translation, *, is_renewed: bool, published_verdict: Verdict | None, may_add: bool
) -> TranslationLine:
    is_outdated = published_verdict is None or row.verdict_id != published_verdict.pk
    return TranslationLine(
        row=row,
        language=get_language_name(row.language),
        badge=build_translation_badge(row),
        url=get_page_url(row),
        is_out_of_date=is_outdated,
        may_carry_over=is_outdated and may_add and not is_renewed and row.state == _State.PUBLISHED,
    )


def build_translation_badge(row: Translation) -> SafeString:
    """Return a badge with the state of a translation, including whether readers see it."""
    if row.state == _State.PUBLISHED and row.verdict.state != Verdict.State.PUBLISHED:
        return render_badge(_("Out of date"), "waiting")
    return build_state_badge(row)

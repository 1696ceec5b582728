"""The form of a translation: each field beside its original."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from claims.models import Translation
from claims.models.translation import WORDS
from claims.review.translation_originals import OriginalText
from factcheck.admin.versions import DeskForm
from factcheck.language_names import is_right_to_left

#: How high each field is, in lines.
_LINES = {"statement": 3, "title": 2, "summary": 5, "explanation": 24}


class TranslationForm(DeskForm):
    """A draft translation. Only parts that the original has are fields."""

    class Meta:
        model = Translation
        fields = (*WORDS, "byline")

    def values(self) -> dict[str, Any]:
        """Return the values to store."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}


class BeginTranslationForm(DeskForm):
    """Of what, and into which language."""

    class Meta:
        model = Translation
        fields = ("verdict", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].label = _("To translate")
        self.fields["language"].help_text = _("A language tag such as es, pt-BR or ar.")

    def _get_validation_exclusions(self) -> set[str]:
        # Existing translations are checked when one is started, with an error message.
        return super()._get_validation_exclusions() | {"verdict", "language"}  # type: ignore[misc]  # Django's own


@dataclass(frozen=True, slots=True)
class TranslatedPart:
    """One part of a translation beside that of its original."""

    name: str
    label: str
    original: list[str]
    """Its paragraphs."""
    words: str
    """What the translation says."""
    field: forms.BoundField | None
    """The field in which it is written; None where it is only read."""
    is_same: bool = False
    """Whether it stays as it is: the statement was made in this language."""


def pair_parts(
    translation: Translation, original: OriginalText | None, form: forms.BaseForm | None
) -> list[TranslatedPart]:
    """Pair each part of the original with its translation.

    Args:
        original: None where it was replaced since: then the translation is shown alone.
        form: the one in which it is written; None where it is read.
    """
    found = []
    for name in WORDS:
        words = getattr(translation, name)
        there = original.words[name] if original else ""
        if not there.strip() and not words.strip():
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
        found.append(TranslatedPart(name, label, split_paragraphs(there), words, field, is_same))
    return found


def split_paragraphs(text: str) -> list[str]:
    """Split a text at empty lines."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def _build_attributes(name: str, language: str) -> dict[str, Any]:
    return {
        "rows": _LINES[name],
        "lang": language,
        "dir": "rtl" if is_right_to_left(language) else "ltr",
        "class": "desk-input",
        "data-paragraphs": name,
    }


def list_offered_languages(taken: set[str]) -> list[str]:
    """Return the languages of the site except those already used."""
    families = {tag.lower() for tag in taken}
    return [code for code, _name in settings.LANGUAGES if code not in families]

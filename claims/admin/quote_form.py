"""Quotes at the desk: located in the snapshot when pasted, and shown in context."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Appearance, Evidence
from claims.quotes.anchors import QuoteAmbiguous, QuoteNotFound
from claims.quotes.locations import build_quote, cut_words_after, cut_words_before, describe_places
from factcheck.installation.messages import translate_message
from sources.models import Source

#: The fields that distinguish several locations of the same quote; collapsed, because they are rarely needed.
PREFIX_FIELDSET = (
    gettext_lazy("If the source contains the quote more than once"),
    {"fields": (("prefix", "suffix"),), "classes": ("collapse",)},
)
_QUOTE_FIELDS = ("exact", "prefix", "suffix")
#: The number of characters of text shown on each side of a quote.
_CONTEXT_LENGTH = 240


class QuoteForm(forms.ModelForm):
    """The form of a source and a quote from it. The quote is located in the source's latest snapshot.

    An unchanged quote keeps its location; the quote is located again only if the source or the quote was changed.
    """

    class Meta:
        labels = {
            "exact": gettext_lazy("Quote"),
            "prefix": gettext_lazy("Words before"),
            "suffix": gettext_lazy("Words after"),
        }
        help_texts = {
            "exact": gettext_lazy(
                "Paste the passage from the source. If you leave this empty, the source is listed without a quote."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("source")
        if field:
            field.widget.attrs["data-pasted"] = reverse("admin:claims_claim_pasted")
        if self.instance.source_id and isinstance(field, forms.ModelChoiceField):
            _offer_chosen_source(field, self.instance.source)

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned_data.get("source") or (self.instance.pk and not self.has_changed()):
            return cleaned_data
        if "source" in self.changed_data or any(map(self._differs, _QUOTE_FIELDS)):
            self._anchor(cleaned_data)
        else:
            cleaned_data.update({name: self.initial.get(name, "") for name in _QUOTE_FIELDS})
        return cleaned_data

    def _differs(self, name: str) -> bool:
        """Return whether the person edited a text. Differences in white space are ignored, because browsers
        change it."""
        return self.cleaned_data.get(name, "").split() != self.initial.get(name, "").split()

    def _anchor(self, cleaned_data: dict[str, Any]) -> None:
        source, typed_quote = cleaned_data["source"], cleaned_data.get("exact", "")
        # Words before and after the quote that were not edited belong to the previous quote.
        typed_context = {
            side: cleaned_data.get(side, "") if self._differs(side) else "" for side in ("prefix", "suffix")
        }
        try:
            quotation = build_quote(source, typed_quote, **typed_context)
        except QuoteNotFound as problem:
            self.add_error("exact", _("%s Or leave the quote empty.") % translate_message(problem))
        except QuoteAmbiguous as problem:
            text = source.get_latest_snapshot().text
            self.add_error("exact", [translate_message(problem), *describe_places(text, problem)])
            # The error also makes the page expand the section with the field.
            self.add_error("prefix", _("Enter the words before the passage you mean."))
        else:
            quotation.put_on(self.instance)
            cleaned_data.update({name: getattr(quotation, name) for name in _QUOTE_FIELDS})


def _offer_chosen_source(field: forms.ModelChoiceField, source: Source) -> None:
    """Limit the picker to the row's current source, because it would otherwise load the labels of all sources."""
    picker: Any = getattr(field.widget, "widget", field.widget)
    build_all_options = picker.optgroups

    def optgroups(name: str, value: list[str], attrs: Any = None) -> Any:
        if value != [str(source.pk)]:
            return build_all_options(name, value, attrs)
        return [(None, [picker.create_option(name, source.pk, str(source), set(value), 0)], 0)]

    picker.optgroups = optgroups


def render_in_context(row: Appearance | Evidence) -> SafeString | str:
    """Render the exact quote, highlighted, within the surrounding text of the snapshot."""
    if not row.exact:
        return ""
    text_before, text_after = row.prefix, row.suffix
    if row.snapshot and row.start is not None and row.end is not None:
        text = row.snapshot.text
        text_before, text_after = (
            cut_words_before(text, row.start, _CONTEXT_LENGTH),
            cut_words_after(text, row.end, _CONTEXT_LENGTH),
        )
    return format_html(
        '<span class="desk-quote" dir="auto">{}<mark>{}</mark>{}</span>', text_before, row.exact, text_after
    )

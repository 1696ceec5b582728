"""Pictures, recordings and videos at the desk: previews, uses, and the metadata of their files.

Anyone can write anything into a file, and a signature proves who signed, not what is true. The pages therefore present
no metadata as proof.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.admin.public_state import build_public_badge, prefetch_newest_publication
from claims.admin.status_badges import build_verdict_badges
from claims.ledger.document.markdown import to_html
from claims.models import Claim, ClaimMedia, Evidence, Verdict
from factcheck.admin.badges import render_badge
from factcheck.admin.base import get_page_url, get_person
from factcheck.list_phrases import join_words
from sources.models import MediaObject
from sources.public_media import FOLDER, build_file_name

#: The metadata that editors look for first, in this order: its name in the file → its label.
_METADATA_LABELS: Mapping[str, StrOrPromise] = {
    "taken_at": gettext_lazy("Date taken"),
    "place": gettext_lazy("Place"),
    "camera": gettext_lazy("Camera"),
    "software": gettext_lazy("Program"),
    "creator": gettext_lazy("Author"),
    "caption": gettext_lazy("Caption in the file"),
}
_MANIFEST_STATES: Mapping[str, StrOrPromise] = {
    "unreadable": gettext_lazy("The content credentials are damaged or too complex to read."),
    "not_read_here": gettext_lazy(
        "The file may have content credentials, but this installation does not read them."
    ),
}
_VALIDATION_LABELS: Mapping[str, StrOrPromise] = {
    "trusted": gettext_lazy("The signature is valid, and the signer is on this newsroom’s list."),
    "valid": gettext_lazy("The signature is valid; the signer is not on any list of this newsroom."),
    "invalid": gettext_lazy(
        "The signature is not valid: the file was changed after signing, or signed incorrectly."
    ),
}


def render_metadata(metadata: Mapping[str, Any]) -> SafeString:
    """Render the date, place and equipment recorded in the file."""
    lines = [
        (str(label), _format_value(metadata[name]))
        for name, label in _METADATA_LABELS.items()
        if metadata.get(name)
    ]
    return _render_lines(lines)


def render_credentials(provenance: Mapping[str, Any]) -> SafeString:
    """Render who signed the file's content credentials, and whether the credentials are valid."""
    if provenance.get("state") != "read":
        state_label = _MANIFEST_STATES.get(
            str(provenance.get("state")), gettext_lazy("The content credentials could not be read.")
        )
        return _render_lines([("", str(state_label))])
    parts = [str(provenance[name]) for name in ("signed_by", "signed_at") if provenance.get(name)]
    actions = [str(action.get("action", "")) for action in provenance.get("actions", [])]
    lines = [
        ("", str(_VALIDATION_LABELS.get(str(provenance.get("validation")), ""))),
        (_("Signed"), join_words(parts)),
        (_("Made with"), str(provenance.get("claim_generator", ""))),
        (_("Actions"), join_words(filter(None, actions))),
        ("", _("A signature shows who vouches for the file, not that the scene in it is real.")),
    ]
    return _render_lines([(label, state_label) for label, state_label in lines if state_label])


def _format_value(value: Any) -> str:
    """Return a metadata value as text; for a place, its coordinates."""
    if isinstance(value, Mapping):
        degrees = [value[name] for name in ("latitude", "longitude") if name in value]
        return join_words(f"{degree:.5f}" if isinstance(degree, float) else str(degree) for degree in degrees)
    return join_words(value) if isinstance(value, list) else str(value)


def _render_lines(lines: list[tuple[str, str]]) -> SafeString:
    return format_html_join(
        "",
        '<p class="desk-quiet">{}<span dir="auto">{}</span></p>',
        ((f"{label}: " if label else "", text) for label, text in lines),
    )


#: The most claims listed for one media object.
_USE_LIMIT = 20


def get_file_url(row: MediaObject) -> str:
    """Return the picture's URL at the desk, which also works for pictures that are not public."""
    return build_file_url(row.pk)


def build_file_url(pk: int) -> str:
    return reverse("admin:sources_mediaobject_file", args=[pk])


def list_pictures(claim: Claim) -> dict[str, MediaObject]:
    """Return a claim's public pictures, keyed by the path that explanations use for the picture."""
    rows = [row.media for row in claim.media.select_related("media")]
    return {path: row for row in rows if (path := _get_path_in_explanations(row))}


def _get_path_in_explanations(row: MediaObject) -> str:
    """Return the path that explanations use for the picture, or "" if readers may not see it."""
    name = build_file_name(row)
    return FOLDER + name if name and row.alternative_text.strip() else ""


def render_explanation(text: str, claim: Claim) -> SafeString:
    """Render an explanation with the desk's URLs of pictures, because unpublished pictures have no public URL."""
    pictures = list_pictures(claim) if "](" in text else {}
    html = to_html(text, pictures=pictures)
    for path, row in pictures.items():
        html = html.replace(f'src="{path}"', f'src="{get_file_url(row)}"')
    return mark_safe(html)  # noqa: S308  nh3 cleaned it


def render_thumbnail(row: MediaObject) -> SafeString:
    """Render a thumbnail of the picture, or the kind of media if there is no picture."""
    if not row.public_sha256:
        return render_badge(row.get_kind_display())
    return format_html(
        '<img class="desk-thumbnail" src="{}" data-picture="{}" width="{}" height="{}" alt="{}" loading="lazy"'
        ' decoding="async">',
        get_file_url(row),
        _get_path_in_explanations(row),
        row.public_width or "",
        row.public_height or "",
        row.alternative_text or _("Not described yet"),
    )


def build_visibility_badge(row: MediaObject) -> SafeString:
    """Return a badge that shows whether readers can see the media object."""
    if not row.alternative_text.strip():
        return render_badge(_("Needs a description"), "bad")
    if row.show_to_readers:
        return render_badge(_("Visible to readers"), "good")
    return render_badge(_("Described in words only"), "neutral")


def render_media_preview(row: MediaObject) -> SafeString:
    """Render the picture with a link to its page, and say whether readers may see it."""
    return format_html(
        '<div class="desk-media"><a href="{}">{}</a><div>{}<p class="desk-quiet" dir="auto">{}</p>{}</div></div>',
        get_page_url(row),
        render_thumbnail(row),
        build_visibility_badge(row),
        row.alternative_text,
        render_metadata(row.metadata),
    )


class MediaPickerForm(forms.ModelForm):
    """A form with a picker of media and a link that adds new media in a popup."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("media")
        picker: Any = getattr(field, "widget", None)
        if field is None or not getattr(picker, "can_add_related", False):
            return
        # A single link replaces the collapsed menu. Django's script finds the link by its id and class.
        picker.can_add_related = picker.can_change_related = False
        picker.can_view_related = picker.can_delete_related = False
        field.help_text = format_html(
            '<a class="related-widget-wrapper-link" data-popup="yes" id="add_{}"'
            ' href="{}?_to_field=id&amp;_popup=1">{}</a>',
            self["media"].auto_id,
            reverse("admin:sources_mediaobject_add"),
            _("Add a file, a copied picture, or an address"),
        )


def list_uses(row: MediaObject, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the readable claims about the media object, and the readable claims whose verdicts cite it."""
    person = get_person(request)
    verdicts = Verdict.objects.readable_by(person).select_related("publisher", "rating").defer("explanation")
    claim_ids = set(
        ClaimMedia.objects.readable_by(person).filter(media=row).values_list("claim", flat=True)[:_USE_LIMIT]
    )
    citing_evidence = Evidence.objects.readable_by(person).filter(media=row)
    citing_claim_ids = set(citing_evidence.values_list("verdict__claim", flat=True)[:_USE_LIMIT])
    readable_claims = Claim.objects.readable_by(person).prefetch_related(
        Prefetch("verdicts", verdicts), prefetch_newest_publication()
    )
    return [
        {
            "claim": claim,
            "page": get_page_url(claim),
            "state": build_public_badge(claim),
            "role": render_badge(_("The claim is about this file"), "active")
            if claim.pk in claim_ids
            else render_badge(_("Evidence, not part of the claim"), "neutral"),
            "verdicts": [(verdict, build_verdict_badges(verdict)) for verdict in claim.verdicts.all()],
        }
        for claim in readable_claims.filter(pk__in=claim_ids | citing_claim_ids).order_by("-pk")[:_USE_LIMIT]
    ]

"""The preview of a draft as readers will see it."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from claims.admin.media_preview import build_file_url
from claims.ledger import preview_entries
from claims.ledger.preview_entries import EditedClaim
from claims.models import Appearance, Claim, Evidence, Publication, Translation, Verdict
from claims.public.pages.entry_page import build_entry_page
from claims.public.pages.responses import build_rating_styles, get_interface_language
from claims.review.moves import list_missing_parts
from claims.review.requirements import list_requirements
from factcheck.admin.base import get_person
from factcheck.web.throttling.callers import admit
from sources.public_media import FOLDER

#: The sandbox of the frame forbids everything, except that it may load the site's fonts and styles.
SANDBOX = "allow-same-origin"


def render_reader_view(ledger: list[Publication], entry: Publication, *, language: str = "") -> str:
    """Return the public page of a ledger entry as HTML without scripts. `ledger` holds all entries of the
    claim, newest first.

    The entry need not be stored: `claims.ledger.preview_entries` builds entries that do not exist yet.

    Args:
        language: the reader's language, into which the page may be translated; "" for the original wording.
    """
    page = build_entry_page(ledger, entry, language=language)
    with translation.override(get_interface_language()):
        styles = build_rating_styles(page.ratings)
        context = page.context | {
            "claim": _use_desk_file_urls(page.context["claim"]),
            "rating_styles": styles,
            "markup": "",
            "discovery": [],
            "is_shown_at_the_desk": True,
        }
        return render_to_string(page.template, context)


def _use_desk_file_urls(claim: dict[str, Any]) -> dict[str, Any]:
    """Return the claim with desk URLs for its pictures, because unpublished pictures have no public URL."""

    def set_picture_urls(media: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item | {"url": build_file_url(item["id"]) if item["url"] else ""} for item in media]

    def insert_pictures(html: str) -> str:
        for item in claim.get("media", []):
            if item["url"]:
                public_url = FOLDER + item["url"].rpartition("/")[2]
                html = html.replace(f'src="{public_url}"', f'src="{build_file_url(item["id"])}"')
        return html

    return claim | {
        "media": set_picture_urls(claim.get("media", [])),
        "verdicts": [
            verdict
            | {
                "evidence": [
                    item | {"media": set_picture_urls(item.get("media", []))} for item in verdict["evidence"]
                ],
                "explanation_html": insert_pictures(verdict["explanation_html"]),
            }
            for verdict in claim["verdicts"]
        ],
    }


#: The largest form accepted, in bytes: no person fills in a larger one, and the preview does not render whole books.
MAX_FORM_LENGTH = 1_000_000
#: The cost of a preview in the person's rate limit (RATE_LIMIT_TOKEN), because each preview renders a page.
_PREVIEW_COST = 20


def roll_back(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view in a transaction that is rolled back, because reading a form may add rows."""

    @wraps(view)
    def render_and_roll_back(*args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            response = view(*args, **kwargs)
            transaction.set_rollback(True)
        return response

    return render_and_roll_back


def find_refusal(request: HttpRequest, row: Verdict | Translation) -> JsonResponse | None:
    """Return an error if the row is not a draft, the form is too long or requests are too frequent; else None."""
    if row.state != row.State.DRAFT:
        message = _("This verdict is no longer a draft (%(state)s). Copy your text, then reload the page.")
        return _build_refusal(message % {"state": row.get_state_display()}, status=409)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM_LENGTH:
        return _build_refusal(_("This text is too long to preview."), status=413)
    admission = admit(request, user_id=get_person(request).pk, cost=_PREVIEW_COST)
    if admission and not admission.allowed:
        return _build_refusal(
            _("Too many previews at once. The preview will be shown again in a moment."), status=429
        )
    return None


def render_preview(
    verdict_form: forms.ModelForm,
    evidence_formset: BaseInlineFormSet[Any, Any, Any],
    *,
    prefix: str,
    claim_form: forms.ModelForm | None = None,
    appearance_formset: BaseInlineFormSet[Any, Any, Any] | None = None,
) -> JsonResponse:
    """Return the rendered page, the fields that could not be read, and a list of what is missing before review.

    Args:
        prefix: the prefix of the verdict's form fields; the list of missing items links to these fields.
    """
    verdict: Verdict = _read_typed_row(verdict_form)
    evidence: list[Evidence] = list(_iterate_rows(evidence_formset))
    evidence.sort(key=lambda row: (row.position, row.pk or 0))
    edited_claim = None
    if claim_form is not None:
        claim: Claim = _read_typed_row(claim_form)
        appearances: list[Appearance] = (
            list(_iterate_rows(appearance_formset)) if appearance_formset is not None else []
        )
        topics = claim_form.cleaned_data.get("topics")
        edited_claim = EditedClaim(claim, list(claim.topics.all() if topics is None else topics), appearances)
    previews = preview_entries.preview_publishing(verdict, evidence, edited_claim=edited_claim)
    unread_forms = [verdict_form, *evidence_formset.forms]
    unread_forms += (
        [claim_form, *(appearance_formset.forms if appearance_formset is not None else [])]
        if claim_form
        else []
    )
    response = JsonResponse(
        {
            "page": render_reader_view([previews.future_entry, *previews.ledger], previews.future_entry),
            "unread": list(_iterate_unread(unread_forms)),
            "missing": build_checklist(verdict, prefix, evidence),
        }
    )
    return _forbid_caching(response)


def build_checklist(
    verdict: Verdict, prefix: str, evidence: Iterable[Evidence] | None = None
) -> list[tuple[str, str]]:
    """Return what is missing before review, each with a link to the field on the page."""
    id_prefix = f"{prefix}-" if prefix else ""
    link_targets = {
        "state": "moves",
        "rating": f"id_{id_prefix}rating_0",
        "summary": f"id_{id_prefix}summary",
        "reviewed_on": f"id_{id_prefix}reviewed_on",
        "evidence": "evidence-group",
        "alternative_text": "media-group",
        "correction": f"id_{id_prefix}correction_kind",
    } | {requirement.part: requirement.place for requirement in list_requirements()}
    return [
        (description, link_targets[part])
        for part, description in list_missing_parts(verdict, evidence).items()
    ]


def remove_lock(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """Return a form class without the check for conflicting edits, because the preview saves nothing."""
    return type(form.__name__, (form,), {"_refuse_to_overwrite": lambda form: None})


def _read_typed_row(form: forms.ModelForm) -> Any:
    """Return the row with the typed values; fields that could not be read keep their stored values."""
    form.full_clean()
    return form.instance


def _iterate_rows(formset: BaseInlineFormSet[Any, Any, Any]) -> Iterator[Any]:
    """Yield the rows with the typed values, except deleted rows and rows without a source."""
    for form in formset.forms:
        form.full_clean()
        cleaned_data = getattr(form, "cleaned_data", {})
        if cleaned_data.get("source") and not cleaned_data.get("DELETE"):
            yield form.instance


def _iterate_unread(unread_forms: Iterable[forms.ModelForm]) -> Iterator[str]:
    for form in unread_forms:
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            for error in errors:
                yield f"{label}: {error}" if label else str(error)


def _build_refusal(sentence: str, *, status: int) -> JsonResponse:
    return _forbid_caching(JsonResponse({"refusal": sentence}, status=status))


def _forbid_caching(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response

"""The desk's page with a claim's texts for other platforms."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from claims.features.platforms.content_credentials import (
    SigningUnavailable,
    find_signing_problem,
    sign_picture,
)
from claims.features.platforms.models import ApprovedWording
from claims.features.platforms.wordings import Wording, build_wordings, find_note_problem, find_own_verdict
from claims.models import Claim, Publication
from claims.newsroom.people import get_display_name
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages

_ADD_PERMISSION = "platforms.add_approvedwording"
_WORDING_TITLES = {
    **dict(ApprovedWording.Kind.choices),
    "claimreview": gettext_lazy("ClaimReview (JSON-LD)"),
    "mediareview": gettext_lazy("MediaReview (JSON-LD)"),
    "picture": gettext_lazy("Picture with content credentials"),
}


def list_routes(model_admin: DeskAdmin) -> list[URLPattern]:
    def show(request: HttpRequest, pk: int) -> HttpResponse:
        return show_wordings(model_admin, request, pk)

    def download(request: HttpRequest, pk: int) -> HttpResponse:
        return download_picture(model_admin, request, pk)

    return [
        path("<int:pk>/platforms/", model_admin.admin_site.admin_view(show), name="claims_claim_platforms"),
        path(
            "<int:pk>/platforms/picture.png",
            model_admin.admin_site.admin_view(download),
            name="claims_claim_platforms_picture",
        ),
    ]


def show_wordings(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the text for each platform. Editors can approve each text here."""
    claim, entry = _find_entry(model_admin, request, pk)
    if entry is None:
        messages.error(request, gettext("This claim is not published."))
        return HttpResponseRedirect(get_page_url(claim))
    may_approve = request.user.has_perm(_ADD_PERMISSION)
    if request.method == "POST":
        if not may_approve:
            raise PermissionDenied
        _approve_wording(request, claim, entry)
        return HttpResponseRedirect(reverse("admin:claims_claim_platforms", args=[pk]))
    approved_wordings = {
        approved_wording.kind: approved_wording
        for approved_wording in ApprovedWording.objects.filter(claim=claim, version=entry.version)
    }
    problem = find_signing_problem()
    rows = [
        _describe_wording(
            replace(wording, refusal=wording.refusal or problem) if wording.kind == "picture" else wording,
            approved_wordings.get(wording.kind),
        )
        for wording in build_wordings(entry.document)
    ]
    context = model_admin.admin_site.each_context(request) | {
        "title": gettext("For other platforms: %s") % claim,
        "opts": model_admin.model._meta,
        "claim": claim,
        "version": entry.version,
        "rows": rows,
        "may_approve": may_approve,
        "is_own_certificate": not settings.C2PA_SIGNER,
    }
    return TemplateResponse(request, "admin/desk/platforms.html", context)


def download_picture(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Return the share picture with Content Credentials."""
    _claim, entry = _find_entry(model_admin, request, pk)
    response = HttpResponseRedirect(reverse("admin:claims_claim_platforms", args=[pk]))
    if entry is None or find_own_verdict(entry.document) is None:
        return response  # that page says why
    try:
        content = sign_picture(entry)
    except SigningUnavailable as problem:
        messages.error(request, str(problem))
        return response
    name = f"claim-{pk}-version-{entry.version}.png"
    return HttpResponse(
        content,
        content_type="image/png",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _find_entry(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> tuple[Claim, Publication | None]:
    """Return the claim, if the person may see it, and its newest ledger entry, or None if there is no entry."""
    claim = model_admin.get_object(request, str(pk))
    if claim is None:
        raise Http404
    if not model_admin.has_view_permission(request, claim):
        raise PermissionDenied
    return claim, Publication.objects.newest().filter(claim=claim).first()


def _describe_wording(wording: Wording, approved_wording: ApprovedWording | None) -> dict[str, Any]:
    return {
        "wording": wording,
        "title": _WORDING_TITLES[wording.kind],
        "approved": approved_wording,
        "is_json": wording.kind in ("claimreview", "mediareview"),
        "is_approvable": wording.kind in ApprovedWording.Kind.values
        and not wording.refusal
        and not approved_wording,
    }


def _approve_wording(request: HttpRequest, claim: Claim, entry: Publication) -> None:
    """Store the approved text for the version of the claim that the person saw."""
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "").replace("\0", "").strip()
    offered_kinds = {wording.kind for wording in build_wordings(entry.document) if not wording.refusal}
    problem = ""
    if request.POST.get("version") != str(entry.version):
        problem = gettext("A newer version has been published in the meantime. Check the wording again.")
    elif kind not in ApprovedWording.Kind.values or kind not in offered_kinds or not text:
        problem = gettext("There is no wording to approve.")
    elif kind == ApprovedWording.Kind.COMMUNITY_NOTE:
        problem = find_note_problem(text)
    if problem:
        messages.error(request, problem)
        return
    person = get_person(request)
    with RefusalMessages(request):
        with transaction.atomic():
            ApprovedWording.objects.create(
                claim=claim,
                version=entry.version,
                kind=kind,
                text=text,
                approved_by=person,
                approved_by_name=get_display_name(person),
            )
        messages.success(request, gettext("Approved. Copy the wording from here; nothing was sent."))

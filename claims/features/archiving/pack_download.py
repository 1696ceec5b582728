"""The download of a claim's evidence pack, including material that only the newsroom may see."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from claims.features.archiving.evidence_pack.pack import NothingPublished, build_evidence_pack
from factcheck.admin.base import DeskAdmin, get_page_url


def download_view(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download the evidence pack of a claim."""
    claim = model_admin.get_object(request, str(pk))
    if claim is None or not model_admin.has_view_permission(request, claim):
        raise Http404
    try:
        pack = build_evidence_pack(claim.pk, for_public=False)
    except NothingPublished:
        messages.warning(request, _("This claim was never published, so there is no evidence pack yet."))
        return HttpResponseRedirect(get_page_url(claim))
    response = StreamingHttpResponse(filter(None, pack.iterate_chunks()), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def build_routes(model_admin: DeskAdmin) -> list[URLPattern]:
    view = model_admin.admin_site.admin_view(lambda request, pk: download_view(model_admin, request, pk))
    return [path("<int:pk>/evidence-pack/", view, name="claims_claim_evidence_pack")]

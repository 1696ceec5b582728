"""Records every download of a desk list."""

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest

from claims.models import AuditKind
from claims.newsroom import audit
from factcheck.admin.list_download import list_downloaded


@receiver(list_downloaded, dispatch_uid="claims.admin.download_log")
def note(request: HttpRequest, name: str, format: str, **signal: Any) -> None:  # noqa: A002  the signal's word
    """Record the list's filters too, so that the contents can be reconstructed."""
    audit.record(
        AuditKind.DOWNLOADED,
        what=f"{name} ({format})",
        request=request,
        filters=request.GET.urlencode()[:2000],
    )

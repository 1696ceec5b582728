"""The date format that a person has chosen in the account menu of the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.models import DateOrder
from factcheck.admin.base import get_person


@require_POST
def choose_date_order(request: HttpRequest) -> HttpResponse:
    """Store the chosen date format, or return to the browser's format; then redirect to the previous page."""
    person, order = get_person(request), request.POST.get("order", "")
    if order in DateOrder.Order:
        DateOrder.objects.update_or_create(person=person, defaults={"order": order})
    else:
        DateOrder.objects.filter(person=person).delete()
    messages.success(request, _("Saved."))
    referrer = request.headers.get("Referer", "")
    is_own_site = url_has_allowed_host_and_scheme(referrer, {request.get_host()})
    return HttpResponseRedirect(referrer if is_own_site else reverse("admin:index"))

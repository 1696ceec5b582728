"""First steps after installation: a dashboard list that disappears when everything is done."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.admin.installation_page import is_checked
from claims.models import Claim, Publication, RatingScale
from factcheck.admin.base import change_page
from sources.models import Publisher

#: What a newsroom is called before anybody names it.
_DEFAULT_NAME = "Factcheck Newsroom"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step, the page on which it is done, and whether it is."""

    title: str
    page: str
    is_done: bool


def list_first_steps(person: User) -> list[FirstStep]:
    """Return the steps; none once a verdict was published, and none to who cannot take them."""
    if not person.has_perm("auth.add_user") or Publication.objects.exists():
        return []
    house = Publisher.objects.house()
    is_named = bool(house.url) or house.name != _DEFAULT_NAME
    scales = RatingScale.objects.filter(publisher=house, in_use=True)
    return [
        FirstStep(_("Name, address and language of the newsroom"), change_page(house), is_named),
        FirstStep(_("Rating scale"), reverse("admin:claims_ratingscale_changelist"), scales.exists()),
        FirstStep(_("Languages and features"), reverse("desk-installation"), is_checked()),
        FirstStep(
            _("Invite colleagues"),
            reverse("admin:auth_user_add"),
            User.objects.filter(is_staff=True).exclude(pk=person.pk).exists(),
        ),
        FirstStep(
            _("Import an article or write down a claim"),
            reverse("admin:claims_claim_import"),
            Claim.objects.exists(),
        ),
        FirstStep(_("Publish a first verdict"), reverse("admin:claims_claim_changelist"), False),
    ]

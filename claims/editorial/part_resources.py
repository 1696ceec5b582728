"""Resources for parts of a claim or verdict, at URLs below it: appearances, media, evidence.

A part is read together with its claim or verdict, and written while the claim or verdict is locked.
"""

from abc import abstractmethod
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework.request import Request

from claims.editorial.editorial_resource import EditorialResource
from claims.editorial.list_queries import PartQuery
from claims.editorial.refused_requests import ResourceNotFound
from claims.models import Claim, Verdict


class PartResource(EditorialResource):
    """The parts of the claim or verdict that the URL names, visible only to people who may read it."""

    list_query = PartQuery

    @abstractmethod
    def get_parent(self) -> Any:
        """Return the claim or verdict that the parts belong to.

        Raises:
            ResourceNotFound: the parent does not exist, or this person may not read it.
        """

    @abstractmethod
    def lock_parent(self) -> None:
        """Lock the parent until the end of the transaction."""

    def list(self, request: Request, **url_kwargs: Any) -> HttpResponse:
        self.get_parent()
        return super().list(request)

    def lock_part(self) -> Any:
        """Lock the parent, then return the part at the URL if it is the version named in the request."""
        self.lock_parent()
        return self.lock_matching(id=self.kwargs["id"])


class PartOfClaim(PartResource):
    """The appearances or media of a claim, below its URL."""

    def get_parent(self) -> Claim:
        key = self.kwargs["claim_id"]
        claim = Claim.objects.readable_by(self.person).filter(pk=key).first()
        if claim is None:
            raise ResourceNotFound(gettext("There is no claim %(key)s.") % {"key": key})
        return claim

    def lock_parent(self) -> None:
        Claim.objects.select_for_update().filter(pk=self.kwargs["claim_id"]).first()


class PartOfVerdict(PartResource):
    """The evidence of a verdict, below its URL."""

    def get_parent(self) -> Verdict:
        key = self.kwargs["verdict_id"]
        rows = Verdict.objects.readable_by(self.person).select_related("claim__claimant")
        verdict = rows.filter(pk=key).first()
        if verdict is None:
            raise ResourceNotFound(gettext("There is no verdict %(key)s.") % {"key": key})
        return verdict

    def lock_parent(self) -> None:
        lock_verdict(self.kwargs["verdict_id"])


def lock_verdict(verdict: int) -> None:
    """Lock a verdict and its claim in the usual order: the claim first."""
    Claim.objects.select_for_update(of=("self",)).filter(verdicts=verdict).first()
    Verdict.objects.select_for_update().filter(pk=verdict).first()

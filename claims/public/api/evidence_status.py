"""The current status of a claim's evidence, separate from the body, which never changes."""

import json
from abc import ABC, abstractmethod
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.reverse import reverse

from claims.ledger.document.claim_document import render
from claims.public.api.claims import ClaimResource
from claims.public.api.ledger_entries import read_entry, select_newest_entry
from factcheck.api.resources import CACHE_CURRENT, PublicResource, build_conditional_response, redirect_moved


class StatusResource(PublicResource, ABC):
    """The status of parts of a claim's current body. It can change without a new version of the claim."""

    nouns = ("claim", "claims")
    answers = ClaimResource.answers
    #: The name of the resource's route.
    route: str

    @abstractmethod
    def build_status_document(self, body: dict[str, Any]) -> Any:
        """Return the response for the claim with this body."""

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        self.item_query(request.GET, request=request)
        entry = read_entry(select_newest_entry(id), request)
        target = entry.merged_into
        if target and select_newest_entry(target).fetch("id"):
            return redirect_moved(reverse(self.route, args=[target], request=request))
        content = render(self.build_status_document(json.loads(entry.load_content()))).encode()
        return build_conditional_response(request, content, cache=CACHE_CURRENT)

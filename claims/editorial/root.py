"""The root of the editorial API: the user, the token and the URLs."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from claims.editorial.documents import build_person, render_document
from claims.editorial.idempotency import StoredResponse
from claims.editorial.serializers import WhoSerializer
from claims.editorial.view import EditorialView
from claims.ledger.document.claim_document import format_moment
from claims.models import Scope
from factcheck import features


class CurrentPerson(EditorialView):
    """The current user."""

    nouns = ("token", "tokens")
    view_permission = ""
    serializer_class = WhoSerializer
    #: The names of the core's resources in the list of URLs; `urls` fills this in.
    names: ClassVar[tuple[str, ...]] = ()

    def get_scope(self, request: Request) -> Scope | None:
        return None

    @extend_schema(summary="The user, the token and the URLs of this API")
    def retrieve(self, request: Request, **url_kwargs: Any) -> HttpResponse:
        """Return the user, the token, and the URLs of this API. Any token may request this."""
        feature_names = [name for feature in features.list_switched_on() for name in feature.editorial_index]
        names = [*self.names, *feature_names]
        document = {
            "person": build_person(self.person),
            "roles": sorted(self.person.groups.values_list("name", flat=True)),
            "token": {
                "name": self.token.name,
                "scopes": self.token.scopes,
                "expires_at": format_moment(self.token.expiry),
            },
            "resources": {name: self.build_url(f"{name}-list") for name in names},
        }
        return self.build_response(StoredResponse(200, render_document(document)))

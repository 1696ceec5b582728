"""The routes of the API, below /api/v1/ and /api/."""

import functools
import json
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import include, path
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.generic import RedirectView
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from claims.public.api.changes import ChangeResource
from claims.public.api.claims import ClaimResource, VerdictResource, VersionResource
from claims.public.api.clusters import ClusterResource
from claims.public.api.corrections import CorrectionResource
from claims.public.api.downloads import CsvDownload, DataFeedDownload, JsonDownload, JsonLinesDownload
from claims.public.api.entities import (
    ClaimantResource,
    PublisherResource,
    RatingResource,
    SourceResource,
    TopicResource,
)
from claims.public.api.facets import FacetResource
from claims.public.api.ledger_proofs import (
    CheckpointResource,
    CheckpointsResource,
    ConsistencyResource,
    InclusionResource,
    KeysResource,
)
from claims.public.api.ledger_tiles import EntriesTileResource, TileResource
from claims.public.api.linked_data import LinkedDataResource
from claims.public.api.lookup import LookupResource
from claims.public.api.match import MatchResource
from claims.public.api.media_lookup import MediaLookupResource
from claims.public.api.quotes import QuotesResource
from factcheck import features
from factcheck.api.problem_codes import CODES
from factcheck.api.resources import build_conditional_response, compute_sha256
from factcheck.django_internals import get_plain_request

LIST_RESOURCES = {
    "claims": ClaimResource,
    "verdicts": VerdictResource,
    "sources": SourceResource,
    "publishers": PublisherResource,
    "claimants": ClaimantResource,
    "topics": TopicResource,
    "ratings": RatingResource,
    "clusters": ClusterResource,
}

V1 = "api/v1/"

router = SimpleRouter(use_regex_path=False)
for name, resource in LIST_RESOURCES.items():
    router.register(V1 + name, resource, basename=name)
router.register(f"{V1}claims/<int:claim_id>/versions", VersionResource, basename="versions")


# Routes that are not lists of objects with ids.
listings = [
    path(f"{V1}changes/", ChangeResource.as_view({"get": "list"}, basename="changes"), name="changes"),
    path(
        f"{V1}corrections/",
        CorrectionResource.as_view({"get": "list"}, basename="corrections"),
        name="corrections-list",
    ),
    path(f"{V1}claims/facets/", FacetResource.as_view({"get": "retrieve"}, basename="claims"), name="facets"),
    path(
        f"{V1}lookup/",
        LookupResource.as_view({"get": "retrieve", "post": "create"}, basename="lookup"),
        name="lookup",
    ),
    path(
        f"{V1}lookup/media/",
        MediaLookupResource.as_view({"post": "create"}, basename="lookup"),
        name="lookup-media",
    ),
    path(
        f"{V1}match/",
        MatchResource.as_view({"get": "retrieve", "post": "create"}, basename="match"),
        name="match",
    ),
    *(
        path(
            f"{V1}claims.{form.extension}",
            form.as_view({"get": "list"}, basename="claims"),
            name=f"download-{form.extension}",
        )
        for form in (CsvDownload, JsonLinesDownload, JsonDownload, DataFeedDownload)
    ),
    path(
        f"{V1}claims/<int:id>.jsonld",
        LinkedDataResource.as_view({"get": "retrieve"}, basename="claims"),
        name=LinkedDataResource.route,
    ),
    path(
        f"{V1}claims/<int:id>/quotes/",
        QuotesResource.as_view({"get": "retrieve"}, basename="claims"),
        name=QuotesResource.route,
    ),
]

LEDGER = f"{V1}ledger/"
# Without a final slash, as in transparency logs (C2SP `tlog-tiles`).
log = [
    path(f"{LEDGER}{place}", resource.as_view({"get": "retrieve"}, basename="ledger"), name=f"ledger-{name}")
    for place, name, resource in (
        ("checkpoint", "checkpoint", CheckpointResource),
        ("checkpoints", "checkpoints", CheckpointsResource),
        ("keys", "keys", KeysResource),
        ("proofs/inclusion", "inclusion", InclusionResource),
        ("proofs/consistency", "consistency", ConsistencyResource),
        ("tile/entries/<path:tile>", "entries", EntriesTileResource),
        ("tile/<int:level>/<path:tile>", "tile", TileResource),
    )
]


#: Routes that are not lists of objects with ids, under the names by which the root lists them.
ROUTE_NAMES: dict[str, Any] = {
    "facets": "facets",
    "match": "match",
    "lookup": "lookup",
    "lookup_media": "lookup-media",
    "corrections": "corrections-list",
    "changes": "changes",
    "downloads": {form: f"download-{form}" for form in ("csv", "jsonl", "json", "jsonld")},
    "dumps": "dumps-index",
    "feeds": {
        **{form: f"claims-{form}" for form in ("atom", "rss")},
        "json": "claims-json",
        "corrections": "corrections-atom",
    },
    "ledger": {
        name: f"ledger-{name}" for name in ("checkpoint", "checkpoints", "keys", "inclusion", "consistency")
    },
    "fact_check_tools": "claims-search",
    "editorial": "editorial",
    "schema": "schema",
    "docs": "docs",
    "redoc": "redoc",
    "problems": "problems",
}


class Root(APIView):
    """The root of the API, with links."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        route_names = {name: f"{name}-list" for name in LIST_RESOURCES} | ROUTE_NAMES
        for feature in features.list_switched_on():
            route_names |= feature.api_index
        content = json.dumps(_build_addresses(route_names, request), separators=(",", ":")).encode()
        return build_conditional_response(get_plain_request(request), content, cache="public, max-age=3600")


def _build_addresses(route: Any, request: Request) -> Any:
    if isinstance(route, dict):
        return {name: _build_addresses(part, request) for name, part in route.items()}
    return reverse(route, request=request)


# Swagger UI and Redoc insert styles as they render, which the policy of other pages forbids; Redoc also indexes its
# text in a worker that it creates. Scripts still come from this site only.
documentation_pages = csp_replace(
    {"style-src": [SELF, UNSAFE_INLINE], "worker-src": [SELF, "blob:"], "script-src": [SELF]}
)


@method_decorator(documentation_pages, name="dispatch")
class SwaggerPage(SpectacularSwaggerSplitView):
    authentication_classes = ()


@method_decorator(documentation_pages, name="dispatch")
class RedocPage(SpectacularRedocView):
    authentication_classes = ()
    template_name = "api/redoc.html"


def show_problem(request: HttpRequest) -> HttpResponse:
    """Show the page to which the `type` of problem details links."""
    content = render_to_string("api/problems.html", {"codes": CODES})
    return build_conditional_response(
        request, content, cache="public, max-age=3600", content_type="text/html; charset=utf-8"
    )


class Schema(SpectacularAPIView):
    """The OpenAPI document, built once for each set of active features."""

    authentication_classes = ()

    def _get_schema_response(self, request: Request) -> HttpResponseBase:
        etag = quote_etag(f"{_compute_openapi_sha256(_list_features())}-{request.accepted_renderer.format}")
        response: HttpResponseBase = get_conditional_response(get_plain_request(request), etag) or Response(
            build_openapi()
        )
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=3600"
        return response


def build_openapi() -> Any:
    return _build_openapi(_list_features())


def _list_features() -> tuple[str, ...]:
    return tuple(feature.label for feature in features.list_switched_on())


@functools.lru_cache(maxsize=4)
def _build_openapi(active_features: tuple[str, ...]) -> Any:
    return Schema.generator_class().get_schema(public=True)


@functools.lru_cache(maxsize=4)
def _compute_openapi_sha256(active_features: tuple[str, ...]) -> str:
    return compute_sha256([json.dumps(_build_openapi(active_features)).encode()])


v1 = [
    *router.urls,
    *listings,
    *log,
    path(V1, include(features.build_routes("api"))),
    path(f"{V1}editorial/", include("claims.editorial.urls")),
    path(V1, Root.as_view(), name="api"),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api")),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", SwaggerPage.as_view(), name="docs"),
    path("redoc/", RedocPage.as_view(), name="redoc"),
    path("problems/", show_problem, name="problems"),
]

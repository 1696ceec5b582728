"""The routes of the editorial API, below /api/v1/editorial/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from claims.editorial.claims import EditorialAppearanceResource, EditorialClaimResource
from claims.editorial.entities import (
    EditorialClaimantResource,
    EditorialRatingResource,
    EditorialSnapshotResource,
    EditorialSourceResource,
    EditorialTopicResource,
    EditorialTransitionResource,
)
from claims.editorial.media import EditorialClaimMediaResource, EditorialMediaResource
from claims.editorial.root import CurrentPerson
from claims.editorial.translations import EditorialTranslationResource
from claims.editorial.verdicts import EditorialEvidenceResource, EditorialVerdictResource
from factcheck import features

RESOURCES = {
    "claims": EditorialClaimResource,
    "verdicts": EditorialVerdictResource,
    "translations": EditorialTranslationResource,
    "sources": EditorialSourceResource,
    "media": EditorialMediaResource,
    "claimants": EditorialClaimantResource,
    "topics": EditorialTopicResource,
    "ratings": EditorialRatingResource,
    "transitions": EditorialTransitionResource,
}

router = SimpleRouter(use_regex_path=False)
for name, resource in RESOURCES.items():
    router.register(name, resource, basename=f"editorial-{name}")
router.register(
    "claims/<int:claim_id>/appearances", EditorialAppearanceResource, basename="editorial-appearances"
)
router.register("claims/<int:claim_id>/media", EditorialClaimMediaResource, basename="editorial-claim-media")
router.register(
    "verdicts/<int:verdict_id>/evidence", EditorialEvidenceResource, basename="editorial-evidence"
)
router.register(
    "sources/<int:source_id>/snapshots", EditorialSnapshotResource, basename="editorial-snapshots"
)

urlpatterns = [
    path("", CurrentPerson.as_view({"get": "retrieve"}, names=tuple(RESOURCES)), name="editorial"),
    path("", include(router.urls)),
    *features.build_routes("editorial"),
]

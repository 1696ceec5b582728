"""The routes of the editorial API, below /api/v1/editorial/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from claims.editorial.claims import AppearanceWork, ClaimWork
from claims.editorial.entities import (
    ClaimantWork,
    RatingWork,
    SnapshotWork,
    SourceWork,
    TopicWork,
    TransitionWork,
)
from claims.editorial.media import ClaimMediaWork, MediaWork
from claims.editorial.root import CurrentPerson
from claims.editorial.translations import TranslationWork
from claims.editorial.verdicts import EvidenceWork, VerdictWork
from factcheck import features

RESOURCES = {
    "claims": ClaimWork,
    "verdicts": VerdictWork,
    "translations": TranslationWork,
    "sources": SourceWork,
    "media": MediaWork,
    "claimants": ClaimantWork,
    "topics": TopicWork,
    "ratings": RatingWork,
    "transitions": TransitionWork,
}

router = SimpleRouter(use_regex_path=False)
for name, resource in RESOURCES.items():
    router.register(name, resource, basename=f"editorial-{name}")
router.register("claims/<int:claim_id>/appearances", AppearanceWork, basename="editorial-appearances")
router.register("claims/<int:claim_id>/media", ClaimMediaWork, basename="editorial-claim-media")
router.register("verdicts/<int:verdict_id>/evidence", EvidenceWork, basename="editorial-evidence")
router.register("sources/<int:source_id>/snapshots", SnapshotWork, basename="editorial-snapshots")

urlpatterns = [
    path("", CurrentPerson.as_view({"get": "retrieve"}, names=tuple(RESOURCES)), name="editorial"),
    path("", include(router.urls)),
    *features.build_routes("editorial"),
]

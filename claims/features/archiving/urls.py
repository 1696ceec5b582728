from django.urls import path

from claims.features.archiving.archived_file import serve_archived_file
from claims.features.archiving.editorial import ClaimPack
from claims.features.archiving.evidence_packs import EvidencePackResource
from claims.features.archiving.source_copies import CopiesResource

pages = [path("sources/<int:pk>/copies/<str:sha256>/", serve_archived_file, name="source-file")]
api = [
    path(
        "claims/<int:id>/evidence-pack/",
        EvidencePackResource.as_view({"get": "retrieve"}, basename="claims"),
        name=EvidencePackResource.route,
    ),
    path(
        "sources/<int:id>/copies/",
        CopiesResource.as_view({"get": "retrieve"}, basename="sources"),
        name=CopiesResource.route,
    ),
]
editorial = [
    path(
        "claims/<int:id>/evidence-pack/",
        ClaimPack.as_view({"get": "retrieve"}),
        name="editorial-claims-evidence-pack",
    )
]

"""Settings of drf-spectacular: https://drf-spectacular.readthedocs.io/en/latest/settings.html"""

from typing import Any

from factcheck.installation.version import read_version

SCHEMA: dict[str, Any] = {
    "TITLE": "Factcheck API",
    "DESCRIPTION": "Claims, the sources they appear in, and the verdicts that fact-checkers published on them.",
    "VERSION": read_version(),
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATION_PARAMETERS": False,
    "PREPROCESSING_HOOKS": ["factcheck.api.openapi.schema.exclude_inactive_features"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "factcheck.api.openapi.schema.add_common_responses",
        "factcheck.api.openapi.partial_bodies.describe_partial_bodies",
        "factcheck.api.openapi.examples.attach_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AnchorEnum": "claims.models.Appearance.Anchor",
        "ChangeEventEnum": "claims.ledger.document.change_events.ChangeEvent",
        "ChangeKindEnum": "claims.models.CorrectionKind",
        "ClaimStateEnum": "claims.models.Claim.State",
        "ClaimantKindEnum": "claims.models.Claimant.Kind",
        "CorrectionKindEnum": "claims.ledger.document.claim_body.CORRECTION_KINDS",
        "MediaKindEnum": "sources.models.MediaObject.Kind",
        "PublicationKindEnum": "claims.models.Publication.Kind",
        "PublicationStatusEnum": "claims.models.Publication.Status",
        "PublisherKindEnum": "sources.models.Publisher.Kind",
        "RatingClassEnum": "claims.models.RatingClass",
        "ScopeEnum": "claims.models.Scope",
        "SourceKindEnum": "sources.models.Source.Kind",
        "StanceEnum": "claims.models.Evidence.Stance",
        "VerdictStateEnum": "claims.models.Verdict.State",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

"""The newsroom that runs this installation, and its first rating scale."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from claims.models import Rating, RatingScale
from sources.addresses import get_domain
from sources.models import Publisher

SCALE_PATH = Path(__file__).parent / "house_scale.json"


@transaction.atomic
def ensure_own_publisher(**signal: Any) -> None:
    """Create the newsroom's publisher and first rating scale if they are missing; existing ones stay unchanged.

    The publisher gets no URL of its own. It therefore has this site's current URL, even after the site moves.
    """
    own_publisher, _ = Publisher.objects.get_or_create(
        is_house=True,
        defaults={
            "name": settings.NEWSROOM_NAME,
            "kind": Publisher.Kind.FACT_CHECKER,
            "domain": _get_own_domain(),
            "language": "en",
        },
    )
    if own_publisher.rating_scales.exists():
        return
    scale = json.loads(SCALE_PATH.read_text(encoding="utf-8"))
    ratings = scale.pop("ratings")
    rating_scale = RatingScale.objects.create(publisher=own_publisher, **scale)
    Rating.objects.bulk_create(
        Rating(
            scale=rating_scale,
            label=rating["labels"][rating_scale.language],
            definition=rating["definitions"][rating_scale.language],
            **rating,
        )
        for rating in ratings
    )


def _get_own_domain() -> str:
    """Return the domain of this site; "" for a local name, which is not unique."""
    domain = get_domain(settings.SITE_URL)
    is_address = domain.replace(".", "").isdigit() or ":" in domain
    return domain if "." in domain and not is_address else ""

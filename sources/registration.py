"""Add a source without a text: found by its URL, or created with the given details."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from factcheck.database.locks import hold
from sources.addresses import build_url_key, get_domain
from sources.models import Source
from sources.named_publishers import find_or_make_publisher
from sources.overrides import OverrideError, Overrides


@transaction.atomic
def enter(stated: Overrides, *, by: User | None = None) -> tuple[Source, bool]:
    """Return the source at the stated URL, and whether it is new. A known source keeps its details.

    Raises:
        OverrideError: it is new, and no title is stated.
    """
    if stated.url:
        # The same names as `sources.capture` holds, so that the two never make one source twice.
        hold(
            f"source at {build_url_key(stated.url)}",
            f"publisher {stated.publisher.lower()}",
            f"publisher at {get_domain(stated.url)}",
        )
        if known := Source.objects.at(stated.url):
            return known, False
    elif stated.publisher:
        hold(f"publisher {stated.publisher.lower()}")
    if not stated.title:
        raise OverrideError(gettext("Title: missing. A new source without a text needs one."))
    source = Source.objects.create(
        title=stated.title,
        kind=stated.kind or Source.Kind.ARTICLE,
        url=stated.url,
        publisher=find_or_make_publisher(stated.publisher, stated.url, stated=bool(stated.publisher)),
        byline=stated.byline,
        published_on=stated.published_on,
        language=stated.language,
        created_by=by,
    )
    return source, True

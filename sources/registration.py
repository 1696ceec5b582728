"""Find a source by its URL, or add it with the given details but without text."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from factcheck.database.locks import lock_names
from sources.addresses import build_url_key, get_domain
from sources.models import Source
from sources.named_publishers import get_or_create_publisher
from sources.overrides import OverrideError, Overrides


@transaction.atomic
def find_or_create_source(overrides: Overrides, *, by: User | None = None) -> tuple[Source, bool]:
    """Return the source at the stated URL, and whether it is new. A known source keeps its details.

    Raises:
        OverrideError: the source is new and no title is given.
    """
    if overrides.url:
        # The same locks as in `sources.capture`, so that the two never create one source twice.
        lock_names(
            f"source at {build_url_key(overrides.url)}",
            f"publisher {overrides.publisher.lower()}",
            f"publisher at {get_domain(overrides.url)}",
        )
        if known_source := Source.objects.find_by_url(overrides.url):
            return known_source, False
    elif overrides.publisher:
        lock_names(f"publisher {overrides.publisher.lower()}")
    if not overrides.title:
        raise OverrideError(gettext("Title: missing. Enter a title, because the new source has no text."))
    source = Source.objects.create(
        title=overrides.title,
        kind=overrides.kind or Source.Kind.ARTICLE,
        url=overrides.url,
        publisher=get_or_create_publisher(
            overrides.publisher, overrides.url, is_stated=bool(overrides.publisher)
        ),
        byline=overrides.byline,
        published_on=overrides.published_on,
        language=overrides.language,
        created_by=by,
    )
    return source, True

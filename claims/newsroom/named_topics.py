"""Topics by name or slug."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from claims.models import Topic
from claims.newsroom.roles import require_permission
from factcheck.database.locks import lock_names


@transaction.atomic
def find_or_add_topic(name: str, *, by: User, slug: str = "", **fields: Any) -> tuple[Topic, bool]:
    """Return the topic with this slug or name, and whether it is new. An existing topic stays unchanged.

    Raises:
        NotAllowed: the topic is missing, and the person's role does not include adding one.
    """
    lock_names("topics")
    slug = slug or slugify(name, allow_unicode=True)
    topics = Topic.objects.filter(Q(slug=slug) | Q(name__iexact=name)).order_by("pk")
    if matching_topics := sorted(topics, key=lambda topic: topic.slug != slug):
        return matching_topics[0], False
    require_permission(by, "claims.add_topic", _("add topics"))
    return Topic.objects.create(name=name, slug=slug, **fields), True

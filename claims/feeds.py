"""Feeds for readers and for other newsrooms' desks."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from claims.models import Publication
from claims.pages import SHARED_CACHE_SECONDS
from claims.templatetags.reader import label, lead_verdict

ENTRIES = 50


class NewestClaims(Feed):
    """The claims that were last published or corrected. Each title begins with the verdict."""

    feed_type = Atom1Feed
    link = reverse_lazy("claims")
    feed_url = reverse_lazy("claims-feed")
    author_link = settings.SITE_URL

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=SHARED_CACHE_SECONDS)
        return response

    def title(self) -> str:
        return _("Fact checks by %(newsroom)s") % {"newsroom": settings.NEWSROOM_NAME}

    def author_name(self) -> str:
        return settings.NEWSROOM_NAME

    def items(self) -> list[dict[str, Any]]:
        newest = Publication.objects.current().only("body").order_by("-published_at", "-claim_id")
        return [publication.document for publication in newest[:ENTRIES]]

    def item_title(self, item: dict[str, Any]) -> str:
        verdict = lead_verdict(item)
        return f"{label(verdict['rating'])}: {item['statement']}" if verdict else item["statement"]

    def item_description(self, item: dict[str, Any]) -> str:
        verdict = lead_verdict(item)
        return verdict["summary"] if verdict else ""

    def item_link(self, item: dict[str, Any]) -> str:
        return item["url"]

    def item_guid(self, item: dict[str, Any]) -> str:
        """The address without the slug, which may change."""
        return f"{settings.SITE_URL}/claims/{item['id']}/"

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(item["first_published_at"])

    def item_updateddate(self, item: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(item["published_at"])

    def item_author_name(self, item: dict[str, Any]) -> str:
        verdict = lead_verdict(item)
        return verdict["publisher"]["name"] if verdict else settings.NEWSROOM_NAME

    def item_categories(self, item: dict[str, Any]) -> list[str]:
        return [topic["name"] for topic in item["topics"]]

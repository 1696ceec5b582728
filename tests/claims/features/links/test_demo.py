"""The demo has links that need a decision."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps

from claims.features.links import demo
from claims.features.links.models import LinkState
from claims.management.demo.incoming import DemoContent
from claims.models import Claim
from tests.helpers.newsroom import make_appearance, make_claim, make_source


@pytest.mark.django_db
def test_its_links_have_moved_and_gone(publish: Callable[..., Claim]) -> None:
    content = json.loads((Path(apps.get_app_config("links").path) / "demo.json").read_text(encoding="utf-8"))
    claim = make_claim("Brunnholm sold three ferries.")
    sources = {
        row["source"]: make_source("Ferries.", url=f"https://paper.example/{row['source']}")
        for row in content["links"]
    }
    for source in sources.values():
        make_appearance(claim, source, "Ferries.")
    publish(claim)
    demo.add_rows(DemoContent(content, {}, sources, {}))
    waiting = LinkState.objects.waiting().order_by("url").values_list("outcome", "moved_to")
    assert list(waiting) == [("moved", "https://paper-archive.example/armistice-1953"), ("gone", "")]

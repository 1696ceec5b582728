"""An export that was made while the site was at another address."""

import pytest
from django.test import Client
from pytest_django import Settings

from claims.models import Publication
from tests.claims.public.test_own_address import HOSTILE, NEW, OLD
from tests.helpers.database import replace_database
from tests.helpers.database_states import restored
from tests.helpers.eventful_newsroom import exported
from tests.helpers.newsroom import make_claim, make_draft, person
from tests.helpers.reader_pages import bring_out, correct


@pytest.mark.django_db(transaction=True)
def test_an_export_made_at_another_address_is_restored(client: Client, settings: Settings) -> None:
    replace_database()
    checker, editor = person("chris", "Fact-checker"), person("edith", "Editor")
    claim = make_claim(HOSTILE)
    bring_out(make_draft(claim, checker), checker, editor)
    correct(claim, checker, editor)
    content, body = exported(), Publication.objects.newest().get().body
    assert OLD.encode() not in content
    replace_database()
    settings.SITE_URL = NEW
    restored(content)
    answered = client.get(f"/api/v1/claims/{claim.pk}/").json()
    assert Publication.objects.newest().get().body == body
    assert (answered["url"], answered["statement"]) == (f"{NEW}/claims/{claim.pk}/{claim.slug}/", HOSTILE)
    assert answered["verdicts"][0]["publisher"]["url"] == NEW
    assert exported() == content

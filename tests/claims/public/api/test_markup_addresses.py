"""Addresses in the feed of markup: each leads to a page of this site, and no other publisher is given one of them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from claims.imports.reading.raw_record import RawRecord
from claims.models import Claim, Claimant, Verdict
from claims.review import workflow
from tests.helpers.import_records import read
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

#: One statement for each script.
STATEMENTS = {
    "de": "Die Fähre über den Großen Belt fährt öfter als früher.",
    "el": "Το πλοίο έμεινε στο λιμάνι.",
    "ar": "أبحرت العبّارة مرتين هذا العام.",
    "zh": "去年有三艘渡轮停航。",
    "hi": "फेरी दो साल से बंद है।",
    "ko": "여객선은 작년에 두 번 멈췄다.",
    "th": "เรือข้ามฟากหยุดสองครั้ง",
}


def own_addresses(value: Any) -> Iterator[str]:
    """Every address of this site in a document, as `@id` or anything else."""
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from own_addresses(part)
        elif isinstance(part, str) and part.startswith(settings.SITE_URL):
            yield part.partition("#")[0]


@pytest.fixture
def feed(publish: Callable[..., Claim], editor: User, client: Client) -> bytes:
    """The feed of imported claims and claims of our own, one of them retracted, one merged."""
    run = bring(
        *(
            review(
                statement=text, language=code, review_url=None, claimant_kind=None, claimant=f"Bureau {code}"
            )
            for code, text in STATEMENTS.items()
        )
    )
    assert (run.created, run.refused) == (len(STATEMENTS), 0)
    published = []
    for name, text in (("Øystein Łuczak", "Bron är stängd."), ("Ana Ñíguez", "Il n’y a plus de bac.")):
        claim = make_claim(text, claimant=Claimant.objects.create(name=name))
        make_appearance(claim, make_source(f"Someone said: {text}"), text)
        published.append(publish(claim))
    retracted = publish(make_claim("Паром ушёл в марте."))
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="It was another ferry.")
    workflow.move(publish(make_claim("Паром стоит.")), "merge", by=editor, into=published[0])
    return client.get("/api/v1/claims.jsonld").getvalue()


def test_every_address_of_this_site_leads_to_something(feed: bytes, client: Client) -> None:
    document = json.loads(feed)
    addresses = sorted(set(own_addresses(document)))
    answers = {each: client.get(each.removeprefix(settings.SITE_URL), follow=True) for each in addresses}
    assert len(addresses) > 2 * len(STATEMENTS)
    assert {each: answer.status_code for each, answer in answers.items() if answer.status_code != 200} == {}


def test_unknown_values_stay_unknown_when_the_feed_is_imported(feed: bytes) -> None:
    records = {
        one.fields["statement"]: one.fields
        for one in read(feed)
        if isinstance(one, RawRecord) and one.fields["publisher"] == "Example Checks"
    }
    assert sorted(records) == sorted(STATEMENTS.values())
    unknown = ("review_url", "claimant_kind")
    assert [fields for fields in records.values() if any(name in fields for name in unknown)] == []
    bring(*map(dict, records.values()))
    verdicts = Verdict.objects.filter(publisher__name="Example Checks")
    assert set(verdicts.values_list("url", "claim__claimant__kind")) == {("", "unknown")}

"""Pictures of claims and of evidence come back with the ledger: the same bodies, and found as before."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import ClaimMedia, Evidence
from claims.review import workflow
from sources.models import MediaHash, MediaObject
from tests.helpers.database import replace_database
from tests.helpers.database_states import public_state, restored
from tests.helpers.eventful_newsroom import exported
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_claim, make_draft, publishing

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_pictures_come_back(client: Client, checker: User, editor: User, archive: Path) -> None:
    publish = publishing(checker, editor)
    first = make_claim_media(
        make_claim(), make_media(1, filename="Secret name.jpg", metadata={"camera": "Secret"})
    )
    publish(first.claim, media_authenticity_category="StagedContent", original_media_context="A play.")
    verdict = make_draft(make_claim_media(make_claim(), make_media(2)).claim, checker)
    Evidence.objects.filter(verdict=verdict).update(media=make_media(3), media_fragment="t=3,4")
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    publish(first.claim, correction_kind="update", correction_note="Once more.")
    merged = publish(make_claim_media(make_claim(), make_media(4)).claim)
    workflow.move(merged, "merge", by=editor, into=first.claim)
    make_claim_media(make_claim(), make_media(5))  # of a draft
    before, state = exported(), public_state()
    rows = set(
        ClaimMedia.objects.exclude(media__alternative_text__endswith="5.").values_list("claim", "media")
    )
    looks = set(MediaHash.objects.filter(media__in=[m for _c, m in rows]).values_list("media", "quality"))
    assert b"Secret" not in before
    assert b"number 5" not in before
    address = f"/media/{first.media.public_sha256}.jpg"
    replace_database()
    restored(before)
    assert exported() == before
    assert public_state() == state
    assert set(ClaimMedia.objects.values_list("claim", "media")) == rows
    assert (
        set(MediaHash.objects.filter(media__in=[m for _c, m in rows]).values_list("media", "quality"))
        == looks
    )
    assert Evidence.objects.get(media__isnull=False).media_fragment == "t=3,4"
    assert client.get(address).status_code == 200
    assert not MediaObject.objects.exclude(metadata={}).exists()

"""Translations come back with a ledger: the same words, of the same verdicts, in the same states."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from claims.models import Claim, Publication, Translation, TranslationStep
from claims.review import workflow
from claims.review.workflow import move
from tests.helpers.broken_rules import refused
from tests.helpers.database import replace_database
from tests.helpers.database_states import public_state, restored
from tests.helpers.eventful_newsroom import exported
from tests.helpers.forgeries import filled, next_entry, said
from tests.helpers.newsroom import make_claim, make_draft, person
from tests.helpers.reader_pages import bring_out, correct
from tests.helpers.translations import live_verdict, publish_translation, translate

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEPT = (
    *("id", "verdict", "language", "original_sha256", "statement", "title", "summary", "explanation"),
    *("byline", "state", "published_at", "supersedes"),
)


def states() -> list[dict[str, object]]:
    closed = Translation.objects.exclude(state__in=["draft", "in_review"])
    return list(closed.order_by("pk").values(*KEPT))


def translated_newsroom(checker: User, editor: User) -> None:
    """Replaced by hand, replaced after a correction, left out of date, taken back, merged and taken out again."""
    bridge = make_claim("The bridge cost 12 million euros.")
    bring_out(make_draft(bridge, checker), checker, editor)
    publish_translation(bridge, checker, editor, byline="Ana Ruiz")
    publish_translation(bridge, checker, editor, summary="Mejor.", note="A figure was wrong.")
    publish_translation(bridge, checker, editor, "fr")
    publish_translation(bridge, checker, editor, "ko", statement='"따옴표" \\ "body":')
    correct(bridge, checker, editor, code="true", kind="correction")
    publish_translation(bridge, checker, editor)
    taken = publish_translation(bridge, checker, editor, "pt-BR")
    move(taken, "retract", by=editor, note="It said twelve thousand.")
    ferry = make_claim("The ferry sank.")
    bring_out(make_draft(ferry, checker), checker, editor)
    publish_translation(ferry, checker, editor)
    workflow.move(ferry, "merge", by=editor, into=bridge)
    ferry.refresh_from_db()
    workflow.move(ferry, "unmerge", by=editor)
    workflow.move(live_verdict(ferry), "retract", by=editor, note="Another ferry.")
    translate(bridge, checker, "de", statement="Ein Entwurf.")


def test_they_come_back_as_they_were(checker: User, editor: User) -> None:
    translated_newsroom(checker, editor)
    before, state, translations = exported(), public_state(), states()
    assert {row["state"] for row in translations} == {"published", "superseded", "retracted"}
    assert b"Ein Entwurf" not in before
    replace_database()
    restored(before)
    assert exported() == before
    assert public_state() == state
    assert states() == translations
    assert not Translation.objects.exclude(author=None, is_restored=True).exists()
    assert not TranslationStep.objects.exclude(by=None).exists()


def test_work_continues_after_a_restore(checker: User, editor: User) -> None:
    translated_newsroom(checker, editor)
    content = exported()
    replace_database()
    restored(content)
    checker, editor = person("chris", "Fact-checker"), person("edith", "Editor")
    bridge = Claim.objects.get(statement__startswith="The bridge")
    publish_translation(bridge, checker, editor, summary="Otra.", note="Better words.")
    [document] = Publication.objects.newest().get(claim=bridge.pk).document["translations"]
    assert document["summary"] == "Otra."
    move(Translation.objects.get(pk=document["id"]), "retract", by=editor, note="No.")
    assert Publication.objects.newest().get(claim=bridge.pk).document["translations"] == []


def test_restored_translations_cannot_be_rewritten(checker: User, editor: User) -> None:
    translated_newsroom(checker, editor)
    content = exported()
    replace_database()
    restored(content)
    claims = {
        "claim": Claim.objects.get(statement__startswith="The bridge").pk,
        "ferry": Claim.objects.get(statement__startswith="The ferry").pk,
    }
    retracted = (
        "(SELECT body::jsonb #> '{verdicts,0}' FROM claims_publication WHERE claim_id = <ferry>"
        " AND status = 'published' ORDER BY version DESC LIMIT 1)"
    )
    for body in (
        said("translations", 0, "summary", value='"Falso."'),
        said("verdicts", 0, "publisher", "name", value='"Other"'),
        """regexp_replace(body, '"summary":', '"summary":"Forged.","summary":')""",
        f"jsonb_set(body::jsonb, '{{verdicts,0}}', {retracted})::text",
    ):
        with pytest.raises(IntegrityError, match="as it was signed off"), connection.cursor() as cursor:
            cursor.execute(filled(next_entry(body), claims))
    with connection.cursor() as cursor:
        cursor.execute(filled(next_entry("body"), claims))


def test_nothing_comes_back_that_no_entry_says(checker: User, editor: User) -> None:
    translated_newsroom(checker, editor)
    statement = (
        "INSERT INTO claims_translation (id, verdict_id, language, version, original_sha256, statement, title, summary,"
        " explanation, byline, edited_by, is_restored, state, review_round, required_signoffs, published_at)"
        " SELECT id + %s, verdict_id, language, version + 90, original_sha256, statement, title, %s, explanation,"
        " byline, '{}', true, %s, 0, 1, now() FROM claims_translation WHERE language = 'fr'"
    )
    for moved, summary, state in (
        (1000, "Las cuentas muestran otra suma.", "published"),
        (0, "Forged.", "published"),
    ):
        refused(statement, moved, summary, state, match="translation_comes_back_as_it_was")
    refused(statement, 0, "x", "in_review", match="translation_comes_back_as_it_was")

"""What the database holds of complaints and requests of readers, and of their personal data."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.complaints.models import Complaint, ContactDetails, ReaderRequest, ReaderStep
from claims.models import Claim, Publication
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def published(publish: Callable[..., Claim]) -> Claim:  # noqa: F811
    return publish()


@pytest.fixture
def complaint(published: Claim) -> Complaint:
    return Complaint.objects.create(
        claim=published, version=1, kind="error_of_fact", text="The sum is another.", language="en"
    )


@pytest.fixture
def confirmed(complaint: Complaint) -> Complaint:
    sql(
        "UPDATE complaints_complaint SET state = 'confirmed', due_on = current_date + 9, promised_days = 7"
        " WHERE id = %s",
        complaint.pk,
    )
    complaint.refresh_from_db()
    return complaint


@pytest.fixture
def asked(db: None) -> ReaderRequest:
    return ReaderRequest.objects.create(text="The mayor sold the harbour.", language="en")


def details(**fields: Any) -> ContactDetails:
    token = hashlib.sha256(uuid4().bytes).hexdigest()
    given = {
        "mail": "rita@example.org",
        "mailbox": "rita@example.org",
        "language": "en",
        "token_sha256": token,
    }
    return ContactDetails.objects.create(**(given | fields))


def test_a_sent_message_is_new(published: Claim) -> None:
    insert = (
        "INSERT INTO complaints_readerrequest (text, address, url_key, picture_key, state, language, held_because,"
        " answer, reason, moved_by_name, idempotency_key_digest, body_digest, words_sha256, reader_count,"
        " confirmed_at, last_asked_at)"
        " VALUES ('x', '', '', '', %s, 'en', '{}', '', '', '', '', '', '', 1, %s, now())"
    )
    refused(insert, "confirmed", timezone.now(), match="readerrequest_begins")
    refused(insert, "new", timezone.now(), match="readerrequest_begins")
    assert sql(insert, "new", None)


def test_a_complaint_is_about_a_published_claim(published: Claim, complaint: Complaint) -> None:
    refused(
        "INSERT INTO complaints_complaint (claim_id, version, kind, text, state, language, held_because, answer,"
        " outcome, reason, moved_by_name, idempotency_key_digest, body_digest, words_sha256)"
        " VALUES (%s, 9, 'other', 'x', 'new', 'en', '{}', '', '', '', '', '', '', '')",
        published.pk,
        match="complaint_is_about_a_publication",
    )


@pytest.mark.parametrize("state", ["in_progress", "answered", "rejected", "withdrawn", "lost"])
def test_a_complaint_moves_by_steps(complaint: Complaint, state: str) -> None:
    refused(
        "UPDATE complaints_complaint SET state = %s, due_on = current_date, promised_days = 7 WHERE id = %s",
        state,
        complaint.pk,
        match="complaint_moves",
    )


def test_closed_messages_stay_closed(confirmed: Complaint) -> None:
    sql("UPDATE complaints_complaint SET state = 'withdrawn' WHERE id = %s", confirmed.pk)
    for state in ("confirmed", "answered", "new"):
        refused(
            "UPDATE complaints_complaint SET state = %s WHERE id = %s",
            state,
            confirmed.pk,
            match="complaint_moves",
        )


def test_each_step_is_written_down_by_whom_it_was_made(confirmed: Complaint, editor: User) -> None:  # noqa: F811
    sql(
        "UPDATE complaints_complaint SET state = 'in_progress', moved_by_id = %s, moved_by_name = 'Edith',"
        " assigned_to_id = %s WHERE id = %s",
        editor.pk,
        editor.pk,
        confirmed.pk,
    )
    sql("UPDATE complaints_complaint SET state = 'confirmed', moved_by_id = NULL, moved_by_name = ''")
    steps = ReaderStep.objects.filter(subject="complaint", number=confirmed.pk)
    assert list(steps.values_list("before", "after", "by_name", "assigned_to")) == [
        ("new", "confirmed", "", None),
        ("confirmed", "in_progress", "Edith", editor.pk),
        ("in_progress", "confirmed", "", editor.pk),
    ]
    as_committed()
    refused("UPDATE complaints_readerstep SET by_name = 'Somebody'", match="readerstep_append_only")
    refused("DELETE FROM complaints_readerstep", match="readerstep_append_only")
    refused("TRUNCATE complaints_readerstep", match="readerstep_append_only")


def test_moments_are_those_of_the_database(complaint: Complaint, confirmed: Complaint) -> None:
    assert abs(datetime.now(UTC) - confirmed.confirmed_at) < timedelta(hours=1)  # type: ignore[operator]  # it is set
    for column in ("confirmed_at", "closed_at"):
        refused(
            f"UPDATE complaints_complaint SET {column} = now() - interval '1 year'", match="complaint_dated"
        )
    refused(
        "UPDATE complaints_complaint SET received_at = now() - interval '1 year'",
        match="complaint_words_stay",
    )


def test_readers_texts_cannot_be_edited_only_erased(confirmed: Complaint, asked: ReaderRequest) -> None:
    for table in ("complaint", "readerrequest"):
        refused(f"UPDATE complaints_{table} SET text = 'Other words.'", match=f"{table}_words_stay")
        refused(f"UPDATE complaints_{table} SET text = ''", match=f"{table}_words_stay")
        assert sql(f"UPDATE complaints_{table} SET text = '', erased_at = now()")
        refused(f"UPDATE complaints_{table} SET erased_at = NULL", match=f"{table}_words_stay")
    as_committed()
    for table in ("complaint", "readerrequest"):
        refused(f"TRUNCATE complaints_{table} CASCADE", match="no_truncate")
    for change in ("kind = 'other'", "version = 2", "language = 'fr'", "claim_id = 0"):
        refused(f"UPDATE complaints_complaint SET {change}", match="complaint_words_stay")


def test_messages_at_the_desk_are_kept_and_others_can_be_deleted(
    confirmed: Complaint, asked: ReaderRequest
) -> None:
    refused("DELETE FROM complaints_complaint WHERE id = %s", confirmed.pk, match="complaint_kept")
    assert sql("DELETE FROM complaints_readerrequest WHERE id = %s", asked.pk) == 1


def test_a_complaint_has_a_text_of_limited_length(complaint: Complaint) -> None:
    refused("UPDATE complaints_complaint SET answer = %s", "x" * 10_001, match="complaint_answer_fits")
    insert = (
        "INSERT INTO complaints_complaint (claim_id, version, kind, text, state, language, held_because, answer,"
        " outcome, reason, moved_by_name, idempotency_key_digest, body_digest, words_sha256)"
        " VALUES (%s, 1, %s, %s, 'new', 'en', %s, '', '', '', '', '', '', '')"
    )
    claim = complaint.claim_id
    refused(insert, claim, "other", " \n ", [], match="complaint_says_something")
    refused(insert, claim, "other", "x" * 5_001, [], match="complaint_text_fits")
    refused(insert, claim, "praise", "x", [], match="complaint_kind_is_known")
    refused(insert, claim, "other", "x", ["mood"], match="complaint_held_for_known_signs")


def test_held_messages_do_not_reach_the_desk(published: Claim) -> None:
    held = Complaint.objects.create(
        claim=published, version=1, kind="other", text="x", held_because=["links"]
    )
    refused(
        "UPDATE complaints_complaint SET state = 'confirmed', due_on = current_date, promised_days = 7 WHERE id = %s",
        held.pk,
        match="complaint_held_before_it_is_confirmed",
    )


def test_an_answer_needs_an_outcome(confirmed: Complaint) -> None:
    answered = (
        "UPDATE complaints_complaint"
        " SET state = 'answered', outcome = %s, answer = %s, reason = %s, working_days = %s"
    )
    refused(answered, "", "We looked.", "", 1, match="complaint_answered_says_what_came_of_it")
    refused(answered, "clarified", " ", "", 1, match="complaint_answered_says_what_came_of_it")
    refused(answered, "no_change", "We looked.", "", 1, match="complaint_no_change_has_a_reason")
    refused(answered, "corrected", "We looked.", "", 1, match="complaint_corrected_names_what_was_published")
    refused(answered, "clarified", "We looked.", "", None, match="complaint_closed_tells_how_long_it_took")
    refused(answered, "praised", "We looked.", "", 1, match="complaint_outcome_is_known")
    refused(
        "UPDATE complaints_complaint SET state = 'rejected', working_days = 1",
        match="complaint_no_change_has_a_reason",
    )
    assert sql(answered, "no_change", "We looked.", "The accounts say so.", 1)


def test_a_correction_is_of_the_same_claim_and_came_after(
    confirmed: Complaint,
    publish: Callable[..., Claim],  # noqa: F811
) -> None:
    linked = "UPDATE complaints_complaint SET outcome = 'corrected', entry_id = %s"
    other = publish()
    publish(other, correction_kind="correction", correction_note="Another sum.")
    for entry in (
        Publication.objects.get(claim=other, version=2),
        Publication.objects.get(claim=confirmed.claim),
    ):
        refused(linked, entry.pk, match="complaint_entry_came_of_it")
    publish(confirmed.claim, correction_kind="correction", correction_note="Another sum.")
    own = Publication.objects.get(claim=confirmed.claim, version=2)
    refused(
        "UPDATE complaints_complaint SET entry_id = %s", own.pk, match="complaint_entry_goes_with_its_outcome"
    )
    assert sql(linked, own.pk) == 1


def test_a_request_asks_for_something_and_moves_by_steps(asked: ReaderRequest) -> None:
    insert = (
        "INSERT INTO complaints_readerrequest (text, address, url_key, picture_key, state, language, held_because,"
        " answer, reason, moved_by_name, idempotency_key_digest, body_digest, words_sha256, reader_count)"
        " VALUES (%s, %s, %s, '', 'new', 'en', '{}', '', '', '', '', '', '', 0)"
    )
    refused(insert, " ", "", "", match="readerrequest_asks_for_something")
    refused(insert, "x", "https://example.org/a", "", match="readerrequest_has_a_key_with_its_address")
    refused("UPDATE complaints_readerrequest SET state = 'answered'", match="readerrequest_moves")
    refused(
        "UPDATE complaints_readerrequest SET state = 'confirmed'",
        match="readerrequest_at_the_desk_is_asked_by_somebody",
    )
    sql("UPDATE complaints_readerrequest SET state = 'confirmed', reader_count = 1, last_asked_at = now()")
    refused(
        "UPDATE complaints_readerrequest SET state = 'declined'", match="readerrequest_declined_with_a_reason"
    )
    assert sql("UPDATE complaints_readerrequest SET state = 'declined', reason = 'It is an opinion.'")
    assert ReaderStep.objects.filter(subject="request").count() == 2


@pytest.mark.parametrize(
    "mail",
    [
        "rita@example.org\nBcc: all@example.org",
        "rita@example.org,all@example.org",
        "Rita <rita@example.org>",
        '"rita x"@example.org',
        "rita@example.org\r",
        "rita",
        "a@b@example.org",
        "@example.org",
    ],
)
def test_a_mail_address_is_one_and_no_header(mail: str, complaint: Complaint) -> None:
    refused(
        "INSERT INTO complaints_contactdetails (complaint_id, mail, mailbox, name, language, seed, token_sha256)"
        " VALUES (%s, %s, '', '', 'en', gen_random_uuid(), 'x')",
        complaint.pk,
        mail,
        match="contactdetails_mail_is_one_address",
    )


def test_details_are_of_one_thing_and_are_not_changed(complaint: Complaint, asked: ReaderRequest) -> None:
    details(complaint=complaint)
    refused(
        "UPDATE complaints_contactdetails SET request_id = %s", asked.pk, match="contactdetails_of_one_thing"
    )
    refused("UPDATE complaints_contactdetails SET complaint_id = NULL", match="contactdetails_of_one_thing")
    refused("UPDATE complaints_contactdetails SET mail = 'eve@example.org'", match="contactdetails_are_fixed")
    sql("UPDATE complaints_contactdetails SET confirmed_at = now()")
    refused(
        "UPDATE complaints_contactdetails SET confirmed_at = NULL", match="contactdetails_are_confirmed_once"
    )
    assert sql("DELETE FROM complaints_contactdetails") == 1


def test_no_history_is_kept_of_readers() -> None:
    """No other table keeps values replaced by an update or a deletion."""
    for model in (Complaint, ReaderRequest, ContactDetails):
        assert not hasattr(model, "pgh_event_models")


def test_a_picture_matches_its_digest_and_is_small(asked: ReaderRequest) -> None:
    insert = "INSERT INTO complaints_readerpicture (request_id, media_type, content, sha256) VALUES (%s, %s, %s, %s)"
    digest = hashlib.sha256(b"picture").hexdigest()
    refused(insert, asked.pk, "image/png", b"other", digest, match="readerpicture_is_what_its_digest_says")
    refused(insert, asked.pk, "text/html", b"picture", digest, match="readerpicture_kind_is_known")
    large = b"x" * 2_400_001
    refused(
        insert,
        asked.pk,
        "image/png",
        large,
        hashlib.sha256(large).hexdigest(),
        match="readerpicture_is_not_too_large",
    )

"""Database rules on the rows of requests for reply, named as in `ReplyRequest.Meta`.

Whether a verdict needs a request for reply before publication is checked by `RIGHT_OF_REPLY_RULE` in `core_rules`.
"""

import pgtrigger
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.rules import Rule

MAX_NOTE_LENGTH = 2_000
MAX_TEXT_LENGTH = 20_000
MAX_ANSWER_LENGTH = 100_000
MAX_EXCERPT_LENGTH = 10_000

_CHANNELS = ["email", "telephone", "form", "letter", "social_media", "in_person", "other"]
_REASONS = ["public_record", "published_words", "no_way", "danger", "not_identified", "other"]

# Valid values of a row ------------------------------------------------------------------------------------------------

PARTY_CONSTRAINT = CheckConstraint(
    name="replyrequest_names_somebody",
    condition=Q(claimant__isnull=False, party="") | Q(claimant__isnull=True) & ~Q(party=""),
    violation_error_message=_("Choose either the claimant or another person, not both."),
)

REASON_CONSTRAINT = CheckConstraint(
    name="replyrequest_reason_is_known", condition=Q(not_asked__in=["", *_REASONS])
)

CHANNEL_CONSTRAINT = CheckConstraint(
    name="replyrequest_channels_are_known",
    condition=Q(channel__in=["", *_CHANNELS], answer_channel__in=["", *_CHANNELS]),
)

ASKED_OR_REASON_CONSTRAINT = CheckConstraint(
    name="replyrequest_asked_or_not",
    condition=Q(not_asked="", not_asked_note="")
    | ~Q(not_asked="")
    & Q(
        channel="",
        address="",
        subject="",
        text="",
        message_id="",
        answer_by__isnull=True,
        sent_at__isnull=True,
        mail_asked_at__isnull=True,
        answered_at__isnull=True,
    ),
    violation_error_message=_("Record either a request or a reason for not asking, not both."),
)

OTHER_REASON_CONSTRAINT = CheckConstraint(
    name="replyrequest_another_reason_in_words",
    condition=~Q(not_asked="other") | ~Q(not_asked_note=""),
    violation_error_message=_("Explain in your own words why no one was asked. Readers see this."),
)

SENT_CONSTRAINT = CheckConstraint(
    name="replyrequest_sent_is_complete",
    condition=Q(sent_at__isnull=True)
    | ~Q(channel="") & Q(answer_by__isnull=False, answer_by__gt=F("sent_at")),
    violation_error_message=_(
        "For a request that has been sent, enter how it was sent and a deadline after that time."
    ),
)

ANSWER_CONSTRAINT = CheckConstraint(
    name="replyrequest_answer_is_whole",
    condition=Q(
        answered_at__isnull=True, answer_channel="", answer="", answer_display="", excerpt="", statement=""
    )
    | Q(answered_at__isnull=False, sent_at__isnull=False, answered_at__gte=F("sent_at"))
    & (
        Q(answer_display="full") & ~Q(answer="")
        | Q(answer_display="excerpt") & ~Q(excerpt="")
        | Q(answer_display="statement") & ~Q(statement="")
        | Q(answer_display="nothing")
    ),
    violation_error_message=_(
        "A reply needs a time of arrival, after the request was sent, and a text for readers."
    ),
)

LENGTH_CONSTRAINTS = [
    bounds.build_length_constraint("replyrequest_note_fits", "not_asked_note", MAX_NOTE_LENGTH),
    bounds.build_length_constraint("replyrequest_text_fits", "text", MAX_TEXT_LENGTH),
    bounds.build_length_constraint("replyrequest_answer_fits", "answer", MAX_ANSWER_LENGTH),
    bounds.build_length_constraint("replyrequest_excerpt_fits", "excerpt", MAX_EXCERPT_LENGTH),
    bounds.build_length_constraint("replyrequest_statement_fits", "statement", MAX_EXCERPT_LENGTH),
]

# Allowed changes ------------------------------------------------------------------------------------------------------


_REJECT_CHANGE_SQL = (
    "REJECT 'Requests for reply cannot change once the verdict is no longer a draft; only the reply can be added.' "
    "AS replyrequest_is_fixed_with_its_verdict;"
)

#: The columns written when a reply is recorded; other columns must not change then.
_ANSWER_COLUMNS_SQL = """ARRAY[
    'answered_at', 'answer_recorded_at', 'answer_channel', 'answer', 'answer_display', 'excerpt', 'statement'
]"""
#: Columns with notes by the worker, which are part of neither the question nor the reply.
_NOTE_COLUMNS_SQL = "ARRAY['reminded_at', 'mail_problem']"

INSERT_RULE = Rule(
    name="replyrequest_is_added_to_drafts",
    operation=pgtrigger.Insert,
    declare=[("verdict", "public.claims_verdict")],
    func=f"""
        -- Held: a verdict that is being submitted meanwhile is submitted with what is there then.
        SELECT * INTO verdict FROM public.claims_verdict WHERE id = NEW.verdict_id FOR NO KEY UPDATE;
        -- One that arrives published brings them in the same transaction or not at all, as its evidence.
        IF (
            verdict.state = 'draft'
            OR (verdict.origin <> 'house' OR verdict.is_restored) AND verdict.created_at = now()
        ) IS NOT TRUE
        THEN
            {_REJECT_CHANGE_SQL}
        END IF;
        RETURN NEW;
    """,
)

UPDATE_RULE = Rule(
    name="replyrequest_is_fixed_with_its_verdict",
    operation=pgtrigger.Update | pgtrigger.Delete,
    declare=[("verdict", "public.claims_verdict")],
    func=f"""
        SELECT * INTO verdict FROM public.claims_verdict WHERE id = OLD.verdict_id FOR NO KEY UPDATE;
        IF TG_OP = 'DELETE' THEN
            IF verdict.state <> 'draft' THEN
                {_REJECT_CHANGE_SQL}
            END IF;
            RETURN OLD;
        END IF;
        IF NEW.verdict_id <> OLD.verdict_id THEN
            {_REJECT_CHANGE_SQL}
        END IF;
        IF OLD.message_id <> '' AND OLD.sent_at IS NOT NULL AND (
            (NEW.claimant_id, NEW.party, NEW.channel, NEW.language, NEW.subject, NEW.text)
                IS DISTINCT FROM
                (OLD.claimant_id, OLD.party, OLD.channel, OLD.language, OLD.subject, OLD.text)
            OR (NEW.sent_at, NEW.sent_by_id, NEW.sent_by_name, NEW.message_id)
                IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id, OLD.sent_by_name, OLD.message_id)
            OR NEW.address NOT IN ('', OLD.address)
        ) THEN
            REJECT 'A request that was sent by email cannot be changed.'
                AS replyrequest_mailed_stays_as_it_was_sent;
        END IF;
        IF verdict.state = 'draft' THEN
            RETURN NEW;
        END IF;
        -- That an address is forgotten changes nothing of what was asked or said.
        IF NEW.address NOT IN ('', OLD.address) THEN
            {_REJECT_CHANGE_SQL}
        END IF;
        IF to_jsonb(NEW) - 'address' - {_NOTE_COLUMNS_SQL} = to_jsonb(OLD) - 'address' - {_NOTE_COLUMNS_SQL} THEN
            RETURN NEW;
        END IF;
        -- Of a version that was replaced, the one that replaces it says what came in since.
        IF verdict.state <> 'superseded' AND OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL
            AND to_jsonb(NEW) - 'address' - {_NOTE_COLUMNS_SQL} - {_ANSWER_COLUMNS_SQL}
                = to_jsonb(OLD) - 'address' - {_NOTE_COLUMNS_SQL} - {_ANSWER_COLUMNS_SQL}
        THEN
            RETURN NEW;
        END IF;
        {_REJECT_CHANGE_SQL}
    """,
)

MOMENTS_RULE = Rule(
    name="replyrequest_moments_have_come",
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF NEW.sent_at > clock_timestamp() OR NEW.answered_at > clock_timestamp()
            -- What was asked elsewhere, before a ledger came back from there, is not known here.
            OR NEW.sent_at IS NOT NULL AND NEW.text = '' AND NOT EXISTS (
                SELECT FROM public.claims_verdict WHERE id = NEW.verdict_id AND (is_restored OR origin <> 'house')
            )
        THEN
            REJECT 'A request or a reply cannot have a time in the future, and a sent request must have a
                question.';
        END IF;
        IF TG_OP = 'UPDATE' THEN
            NEW.answer_recorded_at := CASE
                WHEN NEW.answered_at IS NULL THEN NULL
                WHEN OLD.answered_at IS NULL THEN clock_timestamp()
                ELSE OLD.answer_recorded_at
            END;
        ELSIF NEW.answered_at IS NULL OR NEW.answer_recorded_at IS NULL THEN
            NEW.answer_recorded_at := CASE WHEN NEW.answered_at IS NOT NULL THEN clock_timestamp() END;
        END IF;
        RETURN NEW;
    """,
)

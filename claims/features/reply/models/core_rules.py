"""Rules of the right of reply for core models, added through proxy models.

The rules apply as long as the feature is installed, even while it is switched off, to protect earlier requests.
"""

import pgtrigger

from claims.models.ledger_rules import build_previous_value_sql
from claims.models.publication import Publication
from claims.models.signoff import SignOff
from claims.models.verdict import Verdict
from claims.models.verdict_rules import build_signoffs_sql
from factcheck.database.rules import OWNER_SQL, Rule, build_snapshot_check_sql


def _build_reply_count_sql(verdict: str) -> str:
    """Return SQL that counts the replies recorded for a verdict."""
    return f"""(
        SELECT count(*) FROM public.reply_replyrequest WHERE verdict_id = {verdict} AND answered_at IS NOT NULL
    )"""


_REPLY_COUNT_SQL = f"AND answers = {_build_reply_count_sql('NEW.id')}"
SIGNOFF_COVERS_REPLIES_RULE = Rule(
    name="verdict_with_answers_signed_off",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state="published") & pgtrigger.Q(new__state="published"),
    declare=[("present", "record")],
    # A person who signed off before a reply arrived has not seen everything that is now published.
    func=f"{build_signoffs_sql(_REPLY_COUNT_SQL)} RETURN NEW;",
)

RIGHT_OF_REPLY_RULE = Rule(
    # Whether a reply is required depends on a setting, which the database cannot read; the terms of the
    # review record it. The database checks the rest: if the terms say that the newsroom's verdict concerns no
    # named person, the claim must have no named claimant.
    name="verdict_with_a_right_of_reply",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state="published")
    & pgtrigger.Q(new__state="published", new__origin="house")
    & ~pgtrigger.Q(new__reply_rule="switched_off"),
    declare=[("named", "bigint")],
    func=f"""
        {build_snapshot_check_sql("verdict_with_a_right_of_reply")}
        SELECT claimant.id INTO named
        FROM public.claims_claim AS claim
        JOIN public.claims_claimant AS claimant ON claimant.id = claim.claimant_id
        JOIN public.sources_publisher AS publisher ON publisher.id = NEW.publisher_id
        WHERE claim.id = NEW.claim_id AND publisher.is_house
            AND claimant.kind IN ('person', 'organization', 'group')
        FOR SHARE OF claim, claimant;
        IF named IS NOT NULL AND (
            NEW.reply_rule <> 'due' OR NOT EXISTS (
                SELECT FROM public.reply_replyrequest
                WHERE verdict_id = NEW.id AND claimant_id = named AND (not_asked <> '' OR sent_at IS NOT NULL)
            )
        ) THEN
            REJECT 'A verdict that names someone is published only after a request for reply, or with the reason
                for not asking.';
        END IF;
        IF NEW.reply_rule = 'due' AND EXISTS (
            SELECT FROM public.reply_replyrequest
            WHERE verdict_id = NEW.id AND sent_at IS NOT NULL AND answered_at IS NULL
                AND answer_by > clock_timestamp()
        ) THEN
            REJECT 'The verdict cannot be published before the deadline for the reply.'
                AS verdict_waits_for_answers;
        END IF;
        RETURN NEW;
    """,
)

REPLY_COUNT_RULE = Rule(
    # Triggers run in the order of their names: this one runs after `signoff_by_somebody_else`, which sets no value.
    name="signoff_counts_answers",
    operation=pgtrigger.Insert,
    func=f"NEW.answers := {_build_reply_count_sql('NEW.verdict_id')}; RETURN NEW;",
)

RECORDED_REPLIES_RULE = Rule(
    # Triggers run in the order of their names: this one runs after `publication_says_what_was_signed`, which
    # checks the form of the body.
    name="publication_shows_recorded_answers",
    operation=pgtrigger.Insert,
    declare=[("said", "jsonb")],
    func=f"""
        FOR said IN
            SELECT verdict FROM jsonb_array_elements(NEW.body::jsonb -> 'verdicts') AS verdict
            WHERE verdict ? 'right_of_reply' AND verdict -> 'right_of_reply' <> '[]'
        LOOP
            IF said -> 'right_of_reply' IS DISTINCT FROM {build_previous_value_sql("'right_of_reply'")} AND EXISTS (
                SELECT FROM jsonb_array_elements(said -> 'right_of_reply') AS reply WHERE NOT EXISTS (
                    SELECT FROM public.reply_replyrequest AS asked
                    WHERE asked.id = (reply ->> 'id')::bigint AND asked.verdict_id = (said ->> 'id')::bigint
                        AND (reply ->> 'answer', reply ->> 'statement') = (
                            CASE asked.answer_display
                                WHEN 'full' THEN asked.answer WHEN 'excerpt' THEN asked.excerpt ELSE ''
                            END,
                            CASE asked.answer_display WHEN 'statement' THEN asked.statement ELSE '' END
                        )
                )
            ) AND NOT (current_user = {OWNER_SQL} AND EXISTS (
                -- Where a ledger is restored, entries come that were true earlier.
                SELECT FROM public.claims_verdict WHERE id = (said ->> 'id')::bigint AND is_restored
            )) THEN
                REJECT 'An entry must publish replies as they were recorded, or as the previous entry shows
                    them.';
            END IF;
        END LOOP;
        RETURN NEW;
    """,
)


class AnsweredVerdict(Verdict):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [SIGNOFF_COVERS_REPLIES_RULE, RIGHT_OF_REPLY_RULE]


class AnsweredSignOff(SignOff):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [REPLY_COUNT_RULE]


class AnsweredPublication(Publication):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [RECORDED_REPLIES_RULE]

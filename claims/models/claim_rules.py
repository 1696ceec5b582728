"""Database rules about claims, listed in `Claim.Meta`."""

import pgtrigger
from django.db.models import CheckConstraint, F, Q

from claims.models.transition import build_allowed_step_sql, build_recorded_move_sql
from factcheck.database.rules import Rule, build_snapshot_check_sql

#: The judged parts of a claim: fixed during review, so that the signed words are the submitted ones.
JUDGED_FIELDS = ("statement", "language", "claimant", "claimed_on", "context")

#: The allowed changes of a claim's state. A merge remembers the previous state, to which undoing it returns.
#: A claim returns to "proposed" if a decision is undone before anything else depends on it.
CLAIM_STEPS = (
    ("proposed", "accepted"),
    ("proposed", "declined"),
    ("accepted", "declined"),
    ("accepted", "proposed"),
    ("declined", "proposed"),
    ("proposed", "merged"),
    ("accepted", "merged"),
    ("declined", "merged"),
    ("merged", "proposed"),
    ("merged", "accepted"),
    ("merged", "declined"),
)

# Rules on single rows -------------------------------------------------------------------------------------------------

STATEMENT_CONSTRAINT = CheckConstraint(name="claim_has_a_statement", condition=~Q(statement=""))

STATE_CONSTRAINT = CheckConstraint(
    name="claim_state_is_known",
    condition=Q(state__in=["proposed", "accepted", "declined", "merged"]),
)

MERGE_TARGET_CONSTRAINT = CheckConstraint(
    name="claim_merged_names_its_target",
    condition=Q(state="merged", merged_into__isnull=False, state_before_merge__gt="")
    | (~Q(state="merged") & Q(merged_into__isnull=True, state_before_merge="")),
)

SELF_MERGE_CONSTRAINT = CheckConstraint(
    name="claim_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))
)

DECLINE_REASON_CONSTRAINT = CheckConstraint(
    name="claim_declined_with_a_reason", condition=~Q(state="declined") | ~Q(reason="")
)

SCORE_CONSTRAINT = CheckConstraint(
    name="claim_score_is_between_0_and_1",
    condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
)

# Rules on changes -----------------------------------------------------------------------------------------------------


FIXED_WORDS_RULE = Rule(
    name="claim_words_are_fixed_in_review",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange(*JUDGED_FIELDS),
    func=f"""
        {build_snapshot_check_sql("claim_words_are_fixed_in_review")}
        IF EXISTS (
            SELECT FROM public.claims_verdict WHERE claim_id = NEW.id AND state = 'in_review'
        ) THEN
            REJECT 'A verdict on this claim is in review. The claim cannot change until the verdict is published
                or returned.';
        END IF;
        RETURN NEW;
    """,
)

STATE_MOVES_RULE = Rule(
    name="claim_state_moves",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("state"),
    func=f"""
        {build_snapshot_check_sql("claim_state_moves")}
        -- Waits for verdicts that are being added to the claim, and claims being merged into it.
        PERFORM FROM public.claims_claim WHERE id = NEW.id FOR UPDATE;
        IF NOT {build_allowed_step_sql(CLAIM_STEPS)}
            OR NEW.state = 'merged' AND NEW.state_before_merge <> OLD.state
            OR OLD.state = 'merged' AND NEW.state <> OLD.state_before_merge
        THEN
            REJECT 'A claim cannot move between these states.';
        END IF;
        IF NEW.state = 'declined' AND EXISTS (
            SELECT FROM public.claims_verdict AS verdict
            JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
            WHERE NEW.id IN (claim.id, claim.merged_into_id) AND verdict.state = 'published'
        ) THEN
            REJECT 'A claim with a published verdict cannot be declined; retract the verdict first.';
        END IF;
        IF NEW.state = 'proposed' AND OLD.state <> 'merged' AND (
            EXISTS (SELECT FROM public.claims_verdict WHERE claim_id = NEW.id)
            OR EXISTS (SELECT FROM public.claims_publication WHERE claim_id = NEW.id)
            OR EXISTS (SELECT FROM public.claims_claim WHERE merged_into_id = NEW.id)
        ) THEN
            REJECT 'A claim that was published, has verdicts, or has other claims merged into it cannot go back
                to triage.';
        END IF;
        IF NEW.state = 'merged' THEN
            PERFORM FROM public.claims_claim WHERE id = NEW.merged_into_id FOR SHARE;
            IF EXISTS (
                SELECT FROM public.claims_claim
                WHERE id = NEW.merged_into_id AND state IN ('merged', 'declined')
                    OR merged_into_id = NEW.id
            ) THEN
                REJECT 'A claim cannot be merged into a merged or declined claim, nor while other claims are
                    merged into it.' AS claim_merges_do_not_chain;
            END IF;
        END IF;
        {build_recorded_move_sql("claim_id = NEW.id AND verdict_id IS NULL")}
        RETURN NEW;
    """,
)

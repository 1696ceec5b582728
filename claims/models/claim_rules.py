"""Database rules about claims, named as in `Claim.Meta`."""

import pgtrigger
from django.db.models import CheckConstraint, F, Q

from claims.models.transition import move_is_written_down, takes_a_step
from factcheck.database.rules import Rule, build_snapshot_check_sql, refuse

#: The judged parts of a claim: fixed during review, so that the words that are signed off are those that were
#: submitted.
JUDGED = ("statement", "language", "claimant", "claimed_on", "context")

#: From which state to which a claim may go. A merge keeps the state it came from, and its undoing leads back there.
#: To be proposed again means that a decision is taken back, on which nothing has been built.
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

# What one row may say -------------------------------------------------------------------------------------------------

HAS_A_STATEMENT = CheckConstraint(name="claim_has_a_statement", condition=~Q(statement=""))

STATE_IS_KNOWN = CheckConstraint(
    name="claim_state_is_known",
    condition=Q(state__in=["proposed", "accepted", "declined", "merged"]),
)

MERGED_NAMES_ITS_TARGET = CheckConstraint(
    name="claim_merged_names_its_target",
    condition=Q(state="merged", merged_into__isnull=False, state_before_merge__gt="")
    | (~Q(state="merged") & Q(merged_into__isnull=True, state_before_merge="")),
)

NOT_MERGED_INTO_ITSELF = CheckConstraint(
    name="claim_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))
)

DECLINED_WITH_A_REASON = CheckConstraint(
    name="claim_declined_with_a_reason", condition=~Q(state="declined") | ~Q(reason="")
)

SCORE_IS_BETWEEN_0_AND_1 = CheckConstraint(
    name="claim_score_is_between_0_and_1",
    condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
)

# How it changes -------------------------------------------------------------------------------------------------------

_IS_IN_REVIEW = refuse(
    "A verdict on this claim is in review. The claim cannot change until it is published or returned.",
    name="claim_words_are_fixed_in_review",
)
_IS_PUBLISHED = refuse(
    "A claim with a published verdict cannot be declined; retract the verdict first.",
    name="claim_state_moves",
)
_IS_BUILT_ON = refuse(
    "A claim that was published, has verdicts or others merged into it is not proposed again.",
    name="claim_state_moves",
)
_MERGES_CHAIN = refuse(
    "A claim is merged into one that stands by itself: not into a merged or declined claim,"
    " and not while other claims are merged into it.",
    name="claim_merges_do_not_chain",
)

WORDS_ARE_FIXED_IN_REVIEW = Rule(
    name="claim_words_are_fixed_in_review",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange(*JUDGED),
    func=f"""
        {build_snapshot_check_sql("claim_words_are_fixed_in_review")}
        IF EXISTS (
            SELECT FROM public.claims_verdict WHERE claim_id = NEW.id AND state = 'in_review'
        ) THEN
            {_IS_IN_REVIEW}
        END IF;
        RETURN NEW;
    """,
)

STATE_MOVES = Rule(
    name="claim_state_moves",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("state"),
    func=f"""
        {build_snapshot_check_sql("claim_state_moves")}
        -- Waits for verdicts that are arriving on the claim, and claims being merged into it.
        PERFORM FROM public.claims_claim WHERE id = NEW.id FOR UPDATE;
        IF NOT {takes_a_step(CLAIM_STEPS)}
            OR NEW.state = 'merged' AND NEW.state_before_merge <> OLD.state
            OR OLD.state = 'merged' AND NEW.state <> OLD.state_before_merge
        THEN
            {refuse("A claim cannot move between these states.", name="claim_state_moves")}
        END IF;
        IF NEW.state = 'declined' AND EXISTS (
            SELECT FROM public.claims_verdict AS verdict
            JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
            WHERE NEW.id IN (claim.id, claim.merged_into_id) AND verdict.state = 'published'
        ) THEN
            {_IS_PUBLISHED}
        END IF;
        IF NEW.state = 'proposed' AND OLD.state <> 'merged' AND (
            EXISTS (SELECT FROM public.claims_verdict WHERE claim_id = NEW.id)
            OR EXISTS (SELECT FROM public.claims_publication WHERE claim_id = NEW.id)
            OR EXISTS (SELECT FROM public.claims_claim WHERE merged_into_id = NEW.id)
        ) THEN
            {_IS_BUILT_ON}
        END IF;
        IF NEW.state = 'merged' THEN
            PERFORM FROM public.claims_claim WHERE id = NEW.merged_into_id FOR SHARE;
            IF EXISTS (
                SELECT FROM public.claims_claim
                WHERE id = NEW.merged_into_id AND state IN ('merged', 'declined')
                    OR merged_into_id = NEW.id
            ) THEN
                {_MERGES_CHAIN}
            END IF;
        END IF;
        {move_is_written_down("claim_id = NEW.id AND verdict_id IS NULL")}
        RETURN NEW;
    """,
)

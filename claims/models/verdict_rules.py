"""Database rules about verdicts.

They are checked once for each SQL statement rather than row by row, because imports add thousands of verdicts at a
time. The facts they depend on cannot change later: a verdict's origin, publisher and run, the newsroom's own
publisher, and a released run.
"""

import pgtrigger
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models import review_rules
from claims.models.signoff_digests import CLAIM_SHA256_SQL, SIGNED_ROWS_SQL, VERDICT_SHA256_SQL
from factcheck.database.rules import OWNER_SQL, Rule, build_error_sql, build_snapshot_check_sql


def build_newsroom_rules() -> list[Rule]:
    """Return the rules about verdicts of the newsroom that come from imports, archives and restores."""
    return [
        _build_arrival_rule(
            "verdict_no_import_for_the_house",
            "v.origin = 'imported' AND p.is_house",
            "An import never publishes a verdict of this newsroom: such records become drafts.",
        ),
        _build_arrival_rule(
            "verdict_archive_is_the_houses",
            "v.origin = 'house_archive' AND NOT p.is_house",
            "Only the newsroom's own verdicts can belong to its archive.",
        ),
        _build_arrival_rule(
            "verdict_archive_was_released",
            """
                v.origin = 'house_archive' AND NOT v.is_restored AND NOT EXISTS (
                    SELECT FROM public.claims_importrun AS run
                    WHERE run.id = v.archive_run_id AND run.house_archive AND run.released_by_id IS NOT NULL
                        AND run.released_by_id <> run.started_by_id
                )
            """,
            "A verdict from the archive is published only by an import that two administrators have approved.",
        ),
        _build_arrival_rule(
            "verdict_is_restored_by_the_owner",
            f"v.is_restored AND current_user <> {OWNER_SQL}",
            "Only the owner of the database can restore verdicts.",
        ),
        _build_arrival_rule(
            "verdict_is_restored_before_work_begins",
            """
                v.is_restored AND EXISTS (
                    SELECT FROM public.claims_verdict AS earlier
                    JOIN public.sources_publisher AS house ON house.id = earlier.publisher_id
                    -- Verdicts that a person of this newsroom published.
                    WHERE house.is_house AND earlier.origin IN ('house', 'house_archive')
                        AND NOT earlier.is_restored AND earlier.state NOT IN ('draft', 'in_review')
                )
            """,
            "The newsroom's verdicts can be restored only before it has published others here.",
        ),
    ]


def _build_arrival_rule(name: str, condition: str, message: str) -> Rule:
    """Return a rule that rejects new verdicts that meet an SQL condition (`v`: the verdict, `p`: its publisher)."""
    return Rule(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=f"""
            IF EXISTS (
                SELECT FROM arrived AS v JOIN public.sources_publisher AS p ON p.id = v.publisher_id
                WHERE {condition}
            ) THEN
                {build_error_sql(message, name=name)}
            END IF;
            RETURN NULL;
        """,
    )


# Rules on single rows -------------------------------------------------------------------------------------------------

ONE_LIVE_CONSTRAINT = UniqueConstraint(
    name="verdict_one_live_per_claim_and_publisher",
    fields=["claim", "publisher"],
    condition=Q(state="published"),
    violation_error_message=_("This publisher already has a published verdict on the claim."),
)

ONE_OPEN_CONSTRAINT = UniqueConstraint(
    name="verdict_one_open_per_claim_and_publisher",
    fields=["claim", "publisher"],
    condition=Q(state__in=["draft", "in_review"]),
    violation_error_message=_("This publisher already has an open verdict on the claim."),
)

VERSION_CONSTRAINT = UniqueConstraint(
    name="verdict_version_is_unique", fields=["claim", "publisher", "version"]
)

STATE_CONSTRAINT = CheckConstraint(
    name="verdict_state_is_known",
    condition=Q(state__in=["draft", "in_review", "published", "superseded", "retracted"]),
)

COMPLETENESS_CONSTRAINT = CheckConstraint(
    name="verdict_published_is_complete",
    condition=Q(state__in=["draft", "in_review"])
    | Q(origin__in=["imported", "house_archive"], rating__isnull=False)
    | Q(rating__isnull=False, reviewed_on__isnull=False, published_at__isnull=False) & ~Q(summary=""),
)

CORRECTION_NOTE_CONSTRAINT = CheckConstraint(
    name="verdict_change_has_a_public_note",
    condition=Q(state__in=["draft", "in_review"])
    | Q(supersedes__isnull=True)
    | ~Q(correction_kind="") & ~Q(correction_note=""),
)

AUTHOR_CONSTRAINT = CheckConstraint(
    name="verdict_written_here_has_an_author",
    condition=Q(origin="house", author__isnull=False, is_restored=False)
    | Q(origin="house", author__isnull=True, is_restored=True)
    | Q(origin__in=["imported", "house_archive"], author__isnull=True),
)

ARCHIVE_RUN_CONSTRAINT = CheckConstraint(
    name="verdict_of_the_archive_names_its_run",
    condition=Q(origin="house_archive", archive_run__isnull=False, is_restored=False)
    | Q(origin="house_archive", archive_run__isnull=True, is_restored=True)
    | Q(origin__in=["house", "imported"], archive_run__isnull=True),
)

SIGNOFFS_CONSTRAINT = CheckConstraint(name="verdict_needs_a_signoff", condition=Q(required_signoffs__gte=1))

REPLY_RULE_CONSTRAINT = CheckConstraint(
    name="verdict_reply_rule_is_known", condition=Q(reply_rule__in=["not_due", "due", "switched_off"])
)

# The rating scale -----------------------------------------------------------------------------------------------------


SCALE_RULE = Rule(
    # Checked again at each step of the review. A rule in `rating` keeps scales from moving to another publisher.
    name="verdict_is_rated_on_its_publishers_scale",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("rating_id", "state"),
    condition=pgtrigger.Q(new__rating__isnull=False),
    func="""
        IF NOT EXISTS (
            SELECT FROM public.claims_rating AS rating
            JOIN public.claims_ratingscale AS scale ON scale.id = rating.scale_id
            WHERE rating.id = NEW.rating_id AND scale.publisher_id = NEW.publisher_id
        ) THEN
            REJECT 'A verdict must be rated on a scale of its own publisher.';
        END IF;
        RETURN NEW;
    """,
)

# Creation and deletion ------------------------------------------------------------------------------------------------

DRAFT_RULE = Rule(
    name="verdict_starts_as_draft",
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__origin="house", new__is_restored=False) & ~pgtrigger.Q(new__state="draft"),
    func="REJECT 'A verdict written here starts as a draft.';",
)

DATE_RULE = Rule(
    name="verdict_is_dated_by_the_database",
    operation=pgtrigger.Insert,
    condition=pgtrigger.Condition("NEW.created_at <> now() OR NEW.published_at > clock_timestamp()"),
    func="""
        REJECT 'The times when a verdict was added and published are set once, and cannot be in the future.';
    """,
)

CLAIM_STATE_RULE = Rule(
    name="verdict_arrives_on_a_claim_that_stands",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="arrived"),
    func=f"""
        {build_snapshot_check_sql("verdict_arrives_on_a_claim_that_stands")}
        -- Locked: a label is changed, or a claim declined, either before or after this. Two
        -- statements, because a condition would be evaluated before the lock is acquired.
        PERFORM FROM public.claims_rating WHERE id IN (SELECT rating_id FROM arrived) FOR KEY SHARE;
        PERFORM FROM public.claims_claim
        WHERE id IN (SELECT claim_id FROM arrived WHERE state = 'published') FOR KEY SHARE;
        IF EXISTS (
            SELECT FROM arrived JOIN public.claims_claim AS claim ON claim.id = arrived.claim_id
            WHERE arrived.state = 'published' AND claim.state = 'declined'
        ) THEN
            REJECT 'A declined claim cannot have a published verdict.';
        END IF;
        RETURN NULL;
    """,
)

SCHEDULE_RULE = Rule(
    name="verdict_scheduled_stays_in_review",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("state"),
    func=f"""
        {build_snapshot_check_sql("verdict_scheduled_stays_in_review")}
        IF OLD.state = 'in_review' AND EXISTS (
            SELECT FROM public.claims_scheduledpublication WHERE verdict_id = NEW.id AND outcome = ''
        ) THEN
            REJECT 'The publication of this verdict is scheduled: cancel it before the verdict leaves review.';
        END IF;
        RETURN NEW;
    """,
)

DELETION_RULE = review_rules.build_deletion_rule("verdict")

# Fixed content --------------------------------------------------------------------------------------------------------

AUTHOR_RULE = Rule(
    name="verdict_author_is_fixed",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("author", "origin", "claim", "publisher", "archive_run", "is_restored"),
    func="REJECT 'The author, origin, claim and publisher of a verdict cannot be changed.';",
)

EDITORS_RULE = review_rules.build_editors_rule("verdict")
TERMS_RULE = review_rules.build_terms_rule("verdict", "reply_rule")
MOMENTS_RULE = review_rules.build_moments_rule("verdict", "verdict_is_dated_by_the_database")

# Requirements of publication ------------------------------------------------------------------------------------------


def build_signoffs_sql(extra_condition: str = "") -> str:
    """Return PL/pgSQL that rejects the verdict `NEW` if its content lacks sign-offs; it needs the variable `present`.

    Args:
        extra_condition: a further condition on each sign-off, by which a feature makes the rule stricter.
    """
    return f"""
        {build_snapshot_check_sql("verdict_with_four_eyes")}
        SELECT {CLAIM_SHA256_SQL} AS claim_sha256, {VERDICT_SHA256_SQL} AS verdict_sha256 INTO present
        FROM {SIGNED_ROWS_SQL} WHERE signed.id = NEW.id;
        IF (
            SELECT count(*) FROM public.claims_signoff
            WHERE verdict_id = NEW.id AND round = NEW.review_round AND by_id <> ALL (
                array_remove(NEW.edited_by || ARRAY[NEW.author_id, NEW.submitted_by_id]::bigint[], NULL)
            )
            -- Sign-offs of these texts, this rating and this evidence.
            AND (claim_sha256, verdict_sha256) = (present.claim_sha256, present.verdict_sha256)
            {extra_condition}
        ) < NEW.required_signoffs THEN
            REJECT 'A verdict is published only after sign-off by people other than its author.'
                AS verdict_with_four_eyes;
        END IF;
    """


SIGNOFF_RULE = Rule(
    name="verdict_with_four_eyes",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state="published") & pgtrigger.Q(new__state="published"),
    declare=[("present", "record")],
    func=f"""
        {build_signoffs_sql()}
        -- Locked until the end of the transaction, as is the claim, so that it cannot be removed in the meantime.
        PERFORM FROM public.claims_evidence AS evidence
        JOIN public.sources_source AS source ON source.id = evidence.source_id
        WHERE evidence.verdict_id = NEW.id
            AND (source.url <> '' OR evidence.snapshot_id IS NOT NULL OR evidence.media_id IS NOT NULL)
        FOR SHARE;
        IF NOT FOUND THEN
            REJECT 'A verdict is published only with evidence that has an address, a snapshot, or a picture,
                recording or video.' AS verdict_rests_on_evidence;
        END IF;
        PERFORM FROM public.claims_claim WHERE id = NEW.claim_id AND state = 'accepted' FOR SHARE;
        IF NOT FOUND THEN
            REJECT 'A verdict is published only on an accepted claim.' AS verdict_claim_is_accepted;
        END IF;
        RETURN NEW;
    """,
)

LEDGER_RULE = Rule(
    # Checked at the end of the transaction, because the entry is built from the verdict and added after it.
    name="verdict_is_told_by_the_ledger",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Condition("OLD.state <> NEW.state AND 'published' IN (OLD.state, NEW.state)"),
    declare=[("is_public", "boolean"), ("is_merged", "boolean"), ("told_of", "bigint")],
    func="""
        SELECT verdict.state = 'published', coalesce(claim.merged_into_id, claim.id), claim.merged_into_id IS NOT NULL
        INTO is_public, told_of, is_merged
        FROM public.claims_verdict AS verdict JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
        WHERE verdict.id = NEW.id;
        -- A merged claim shows one verdict of each publisher.
        IF is_public IS DISTINCT FROM EXISTS (
            SELECT FROM public.claims_publication AS entry
            JOIN public.claims_publishedverdict AS shown ON shown.publication_id = entry.id
            WHERE entry.claim_id = told_of AND entry.superseded_at IS NULL AND (
                shown.verdict_id = NEW.id OR is_public AND is_merged AND shown.publisher_id = NEW.publisher_id
            )
        ) THEN
            REJECT 'Every publication and withdrawal needs an entry in the ledger, and the claim''s newest entry
                does not show this one.';
        END IF;
        RETURN NULL;
    """,
)

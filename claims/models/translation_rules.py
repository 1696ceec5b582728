"""Database rules about translations, listed in `Translation.Meta`.

Rules on content and states, and the rules of `TranslationStep`, are in `translation`, beside the fields.
"""

import pgtrigger
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from claims.models import review_rules
from factcheck.database.rules import OWNER_SQL, Rule, build_snapshot_check_sql

#: The allowed changes of a translation's state, the same as for a verdict.
TRANSLATION_STEPS = (
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "published"),
    ("published", "superseded"),
    ("published", "retracted"),
)

#: Control characters except tabs and line ends, and characters that override the text direction. Direction marks and
#: isolates, which right-to-left texts need, are allowed.
HIDDEN_CHARACTERS = r"[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]"

# Rules on single rows -------------------------------------------------------------------------------------------------

ONE_LIVE_CONSTRAINT = UniqueConstraint(
    "verdict",
    Lower("language"),
    name="translation_one_live",
    condition=Q(state="published"),
    violation_error_message=_("There is already a published translation of this verdict in this language."),
)

ONE_OPEN_CONSTRAINT = UniqueConstraint(
    "verdict",
    Lower("language"),
    name="translation_one_open",
    condition=Q(state__in=["draft", "in_review"]),
    violation_error_message=_("A translation of this verdict into this language is already in progress."),
)

VERSION_CONSTRAINT = UniqueConstraint(
    "verdict", Lower("language"), "version", name="translation_version_is_unique"
)

STATE_CONSTRAINT = CheckConstraint(
    name="translation_state_is_known",
    condition=Q(state__in=["draft", "in_review", "published", "superseded", "retracted"]),
)

LANGUAGE_CONSTRAINT = CheckConstraint(
    name="translation_names_its_language", condition=Q(language__regex=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
)

PUBLISHED_AT_CONSTRAINT = CheckConstraint(
    name="translation_published_has_its_moment",
    condition=Q(state__in=["draft", "in_review"]) | Q(published_at__isnull=False),
)

AUTHOR_CONSTRAINT = CheckConstraint(
    name="translation_written_here_has_an_author",
    condition=Q(author__isnull=False, is_restored=False) | Q(author__isnull=True, is_restored=True),
)

SIGNOFFS_CONSTRAINT = CheckConstraint(
    name="translation_needs_a_signoff", condition=Q(required_signoffs__gte=1)
)

HIDDEN_CHARACTERS_CONSTRAINT = CheckConstraint(
    name="translation_hides_nothing",
    condition=~Q(statement__regex=HIDDEN_CHARACTERS)
    & ~Q(title__regex=HIDDEN_CHARACTERS)
    & ~Q(summary__regex=HIDDEN_CHARACTERS)
    & ~Q(explanation__regex=HIDDEN_CHARACTERS)
    & ~Q(byline__regex=HIDDEN_CHARACTERS),
    violation_error_message=_(
        "A text contains invisible characters that change the reading order of the others."
    ),
)

# Creation and deletion ------------------------------------------------------------------------------------------------


def _build_digest_sql(text: str) -> str:
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


#: SQL for the result of `claims.models.translation.digest_original`.
_ORIGINAL_SHA256_SQL = _build_digest_sql(
    r" || E'\n' || ".join(
        [
            *map(_build_digest_sql, ("shown", "original.title", "original.summary", "original.explanation")),
            "''",
        ]
    )
)

_NOT_PUBLISHED_SQL = (
    "REJECT 'Only the newsroom''s own published verdict on a published claim can be translated.' "
    "AS translation_is_of_what_is_published;"
)

BEGIN_RULE = Rule(
    # A restored translation is stored unchanged; the ledger has the digest of its original.
    name="translation_begins",
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__is_restored=False),
    declare=[("original", "record"), ("shown", "text")],
    func=f"""
        {build_snapshot_check_sql("translation_begins")}
        IF NEW.state <> 'draft' OR NEW.published_at IS NOT NULL OR NEW.review_round <> 0 THEN
            REJECT 'A translation starts as a draft.' AS translation_starts_as_draft;
        END IF;
        -- Locked until the end of the transaction: a superseded or retracted verdict cannot be translated.
        SELECT verdict.* INTO original FROM public.claims_verdict AS verdict
        JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
        JOIN public.sources_publisher AS publisher ON publisher.id = verdict.publisher_id
        WHERE verdict.id = NEW.verdict_id AND verdict.state = 'published' AND claim.state = 'accepted'
            AND publisher.is_house
        FOR SHARE OF verdict, claim;
        SELECT entry.body::jsonb ->> 'statement' INTO shown FROM public.claims_publication AS entry
        WHERE entry.claim_id = original.claim_id AND entry.superseded_at IS NULL AND entry.status = 'published';
        IF original.id IS NULL OR shown IS NULL THEN
            {_NOT_PUBLISHED_SQL}
        END IF;
        IF lower(NEW.language) = lower(original.language) THEN
            REJECT 'The original is already in this language.' AS translation_is_into_another_language;
        END IF;
        NEW.original_sha256 := {_ORIGINAL_SHA256_SQL};
        NEW.created_at := now();
        RETURN NEW;
    """,
)


RESTORED_RULE = Rule(
    # A restored translation has no sign-off here: exports do not contain them.
    name="translation_comes_back_as_it_was",
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__is_restored=True),
    func=f"""
        IF current_user <> {OWNER_SQL} OR NEW.state <> 'published' OR NOT EXISTS (
            SELECT FROM public.claims_verdict AS verdict
            JOIN public.claims_publication AS entry ON entry.claim_id = verdict.claim_id
            WHERE verdict.id = NEW.verdict_id
                AND strpos(entry.body, format('{{"id":%s,"verdict":%s,', NEW.id, NEW.verdict_id)) > 0
                AND entry.body::jsonb -> 'translations' @> jsonb_build_array(jsonb_build_object(
                    'id', NEW.id, 'verdict', NEW.verdict_id, 'language', NEW.language, 'statement', NEW.statement,
                    'title', NEW.title, 'summary', NEW.summary, 'explanation', NEW.explanation,
                    'translated_by', NEW.byline
                ))
        ) THEN
            REJECT 'A restored translation must match an entry of the ledger.';
        END IF;
        RETURN NEW;
    """,
)

DELETION_RULE = review_rules.build_deletion_rule("translation")

# Fixed content --------------------------------------------------------------------------------------------------------

ORIGIN_RULE = Rule(
    name="translation_origin_is_fixed",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange(
        "author", "verdict", "language", "version", "original_sha256", "is_restored"
    ),
    func="REJECT 'The translator, the language and the original of a translation cannot be changed.';",
)

EDITORS_RULE = review_rules.build_editors_rule("translation")
TERMS_RULE = review_rules.build_terms_rule("translation")
MOMENTS_RULE = review_rules.build_moments_rule("translation", "translation_moments_are_fixed")

# Requirements of publication ------------------------------------------------------------------------------------------


COMPLETENESS_RULE = Rule(
    name="translation_says_as_much",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.state = 'draft' AND NEW.state <> 'draft'"),
    func="""
        IF btrim(NEW.statement, E' \\t\\r\\n') = '' OR EXISTS (
            SELECT FROM public.claims_verdict AS original WHERE original.id = NEW.verdict_id AND (
                (btrim(original.title) = '') <> (btrim(NEW.title) = '')
                OR (btrim(original.summary, E' \\t\\r\\n') = '') <> (btrim(NEW.summary, E' \\t\\r\\n') = '')
                OR (btrim(original.explanation, E' \\t\\r\\n') = '') <> (btrim(NEW.explanation, E' \\t\\r\\n') = '')
            )
        ) THEN
            REJECT 'A translation must have exactly the parts of its original.';
        END IF;
        RETURN NEW;
    """,
)

SIGNOFF_RULE = Rule(
    name="translation_with_four_eyes",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state="published") & pgtrigger.Q(new__state="published"),
    func=f"""
        {build_snapshot_check_sql("translation_with_four_eyes")}
        IF (
            SELECT count(DISTINCT by_id) FROM public.claims_translationstep
            WHERE translation_id = NEW.id AND action = 'sign_off' AND round = NEW.review_round AND by_id <> ALL (
                array_remove(NEW.edited_by || ARRAY[NEW.author_id, NEW.submitted_by_id]::bigint[], NULL)
            )
        ) < NEW.required_signoffs THEN
            REJECT 'A translation is published only after sign-off by people other than its translator.';
        END IF;
        -- Locked until the end of the transaction, so that the original cannot be removed in the meantime.
        PERFORM FROM public.claims_verdict AS verdict JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
        WHERE verdict.id = NEW.verdict_id AND verdict.state = 'published' AND claim.state = 'accepted'
        FOR SHARE;
        IF NOT FOUND THEN
            {_NOT_PUBLISHED_SQL}
        END IF;
        RETURN NEW;
    """,
)

LEDGER_RULE = Rule(
    # Checked at the end of the transaction, because the entry is built from the translation and added after it. If an
    # entry omits a translation because its original is gone, no state changes.
    name="translation_is_told_by_the_ledger",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Condition("OLD.state <> NEW.state AND 'published' IN (OLD.state, NEW.state)"),
    func="""
        IF EXISTS (
            SELECT FROM public.claims_translation AS translation
            JOIN public.claims_verdict AS verdict ON verdict.id = translation.verdict_id
            JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
            WHERE translation.id = NEW.id AND translation.state = 'published' AND verdict.state = 'published'
                AND claim.state = 'accepted'
        ) <> EXISTS (
            SELECT FROM public.claims_verdict AS verdict
            JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
            JOIN public.claims_publication AS entry ON entry.claim_id = coalesce(claim.merged_into_id, claim.id)
            WHERE verdict.id = NEW.verdict_id AND entry.superseded_at IS NULL
                -- Compared as text: quotation marks in texts are escaped, and nothing else in a body begins like this.
                AND strpos(entry.body, format('{"id":%s,"verdict":%s,', NEW.id, NEW.verdict_id)) > 0
        ) THEN
            REJECT 'Every publication and withdrawal needs an entry in the ledger, and the claim''s newest entry
                does not show this one.';
        END IF;
        RETURN NULL;
    """,
)

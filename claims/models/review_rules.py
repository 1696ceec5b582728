"""Database rules shared by verdicts and translations, named after each table."""

import pgtrigger

from factcheck.database.rules import Rule


def build_deletion_rule(table_kind: str) -> Rule:
    """Return the rule that only drafts can be deleted."""
    return Rule(
        name=f"{table_kind}_is_kept",
        operation=pgtrigger.Delete,
        condition=~pgtrigger.Q(old__state="draft"),
        func="REJECT 'Only a draft can be deleted.';",
    )


def build_editors_rule(table_kind: str) -> Rule:
    """Return the rule that former authors stay excluded from signing off."""
    return Rule(
        name=f"{table_kind}_editors_are_remembered",
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("edited_by"),
        func=f"""
        IF NOT NEW.edited_by @> OLD.edited_by THEN
            REJECT 'Who has written on a {table_kind} is not forgotten.';
        END IF;
        RETURN NEW;
    """,
    )


def build_terms_rule(table_kind: str, *extra_terms: str) -> Rule:
    """Return the rule that submitting a draft sets the terms of its review. `extra_terms` are additional columns."""
    # The number of the round must grow; otherwise sign-offs of an earlier wording would count again.
    terms = ("review_round", "required_signoffs", *extra_terms, "submitted_by_id")
    new_terms, old_terms = (", ".join(f"{row}.{term}" for term in terms) for row in ("NEW", "OLD"))
    return Rule(
        name=f"{table_kind}_terms_of_review",
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(
            "review_round", "required_signoffs", *extra_terms, "submitted_by", "state"
        ),
        func=f"""
        IF NEW.review_round < OLD.review_round
            OR NEW.state = 'in_review' AND OLD.state = 'draft' AND NEW.review_round = OLD.review_round
            OR OLD.state <> 'draft'
                AND ({new_terms})
                IS DISTINCT FROM ({old_terms})
        THEN
            REJECT 'The terms of a review can be set only when a draft is submitted for a new round.';
        END IF;
        RETURN NEW;
    """,
    )


def build_moments_rule(table_kind: str, reported_name: str) -> Rule:
    """Return the rule that the times of creation and publication are set once; `reported_name` names the rule."""
    return Rule(
        name=f"{table_kind}_moments_are_fixed",
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("created_at", "published_at"),
        func=f"""
        IF NEW.created_at <> OLD.created_at
            OR NEW.published_at IS DISTINCT FROM OLD.published_at AND (
                OLD.state = 'in_review' AND NEW.state = 'published'
                AND NEW.published_at <= clock_timestamp()
            ) IS NOT TRUE
        THEN
            REJECT 'The times when a {table_kind} was added and published are set once, and cannot be in the
                future.' AS {reported_name};
        END IF;
        RETURN NEW;
    """,
    )

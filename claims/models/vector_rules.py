"""Triggers that delete a vector when its text changes.

Whoever writes (a form, an import, psql), in the same transaction: what the public asks has no vector of a draft, of a
claim that was retracted or merged, or of what a claim said before. What lacks a vector now is found by asking
(`claims.matching.embedding.pending_vectors`), not by anything that is noted here.
"""

import pgtrigger

from factcheck.database.rules import Rule, refuse, see_the_present

_SAYS = "statementvector_says_what_is_said"
_NOT_SAID = refuse(
    "A vector is made of what the claim says, or of what is published of it.",
    name="statementvector_says_what_is_said",
)


_OTHER_LENGTH = refuse(
    "A vector has the dimensions of its model: with others, nothing of that model could be compared.",
    name="statementvector_has_the_dimensions",
)


def digest(statement: str) -> str:
    """Return SQL for the SHA-256 of a text."""
    return f"encode(sha256(convert_to({statement}, 'UTF8')), 'hex')"


def base_language(language: str) -> str:
    """Return SQL for a language without its region or script: `pt` for `pt-BR`."""
    return f"split_part(lower({language}), '-', 1)"


def present(made: str, claim: str) -> str:
    """Return SQL for whether a vector matches the claim's current statement. A merged claim has none of its own."""
    return (
        f"{claim}.state <> 'merged' AND {made}.text_sha256 = {digest(f'{claim}.statement')}"
        f" AND {made}.language = {base_language(f'{claim}.language')}"
    )


def public(made: str, entry: str) -> str:
    """Return SQL for whether a vector matches the statement of the claim's newest public entry."""
    return (
        f"{entry}.superseded_at IS NULL AND {entry}.status = 'published'"
        f" AND {made}.text_sha256 = {digest(published_statement(entry))}"
        f" AND {made}.language = {base_language(f'{entry}.language')}"
    )


def published_statement(entry: str) -> str:
    """Return SQL for the statement in a ledger entry."""
    return f"({entry}.body::jsonb ->> 'statement')"


#: On claims: words that were changed, or merged away, have no vector any more.
VECTORS_FOLLOW_WORDS = Rule(
    name="claim_vectors_follow_words",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("statement", "language", "state"),
    func=f"""
        DELETE FROM public.claims_statementvector AS made
        WHERE made.claim_id = NEW.id AND made.is_present AND NOT made.is_public AND NOT ({present("made", "NEW")});
        UPDATE public.claims_statementvector AS made SET is_present = false
        WHERE made.claim_id = NEW.id AND made.is_present AND NOT ({present("made", "NEW")});
        RETURN NULL;
    """,
)

#: On claims: one that is gone has none.
VECTORS_GO_WITH_CLAIMS = Rule(
    # Before it goes: what still refers to it would keep it.
    name="claim_vectors_go_with_claims",
    operation=pgtrigger.Delete,
    func="""
        DELETE FROM public.claims_statementvector WHERE claim_id = OLD.id;
        RETURN OLD;
    """,
)

#: On publications: what is public of a claim is what its newest entry says. First what is so no longer, then what is
#: so now, since there is one public vector of a claim.
VECTORS_FOLLOW_THE_LEDGER = Rule(
    name="publication_vectors_follow_the_ledger",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="arrived"),
    declare=[("touched", "bigint[]")],
    func=f"""
        -- An archive on its way in has none yet.
        touched := ARRAY(
            SELECT DISTINCT made.claim_id FROM public.claims_statementvector AS made
            JOIN arrived ON arrived.claim_id = made.claim_id
        );
        IF cardinality(touched) = 0 THEN
            RETURN NULL;
        END IF;
        DELETE FROM public.claims_statementvector AS made USING public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND made.is_public AND NOT made.is_present
            AND entry.claim_id = made.claim_id AND entry.superseded_at IS NULL AND NOT ({public("made", "entry")});
        UPDATE public.claims_statementvector AS made SET is_public = false FROM public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND made.is_public
            AND entry.claim_id = made.claim_id AND entry.superseded_at IS NULL AND NOT ({public("made", "entry")});
        UPDATE public.claims_statementvector AS made SET is_public = true FROM public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND NOT made.is_public
            AND entry.claim_id = made.claim_id AND {public("made", "entry")};
        RETURN NULL;
    """,
)

#: On vectors: each belongs to a text, which is locked while it is stored.
SAYS_WHAT_IS_SAID = Rule(
    name="says_what_is_said",
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        {see_the_present(_SAYS)}
        IF vector_dims(NEW.vector) <> (
            SELECT dimensions FROM public.claims_embeddingmodel WHERE id = NEW.model_id
        ) THEN
            {_OTHER_LENGTH}
        END IF;
        IF TG_OP = 'UPDATE'
            AND (NEW.claim_id, NEW.text_sha256, NEW.language) = (OLD.claim_id, OLD.text_sha256, OLD.language)
            AND NEW.is_public <= OLD.is_public AND NEW.is_present <= OLD.is_present
        THEN
            RETURN NEW;
        END IF;
        PERFORM FROM public.claims_claim WHERE id = NEW.claim_id FOR SHARE;
        PERFORM FROM public.claims_publication WHERE claim_id = NEW.claim_id AND superseded_at IS NULL FOR SHARE;
        IF NEW.is_present AND NOT EXISTS (
            SELECT FROM public.claims_claim AS claim WHERE claim.id = NEW.claim_id AND {present("NEW", "claim")}
        ) OR NEW.is_public AND NOT EXISTS (
            SELECT FROM public.claims_publication AS entry
            WHERE entry.claim_id = NEW.claim_id AND {public("NEW", "entry")}
        ) THEN
            {_NOT_SAID}
        END IF;
        RETURN NEW;
    """,
)

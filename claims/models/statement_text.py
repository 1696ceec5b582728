"""The published statements, maintained by the ledger, with which texts are matched."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from factcheck.database.rules import ANY_CHANGE, written_by_the_database


class StatedWords(models.Model):
    """The words of current publications' statements and headlines.

    A table of its own: a question is compared with thousands of these, and publications stand too far apart for that.
    """

    claim_id = models.BigIntegerField(primary_key=True)
    #: Each word as it stands, and its beginning, which most forms of a word have in common (`claims_matched_words`).
    words = SearchVectorField()
    #: How many different words there are.
    length = models.SmallIntegerField()

    class Meta:
        ordering = ["claim_id"]
        default_permissions = ()
        indexes = [
            # What has a word. A short list of pending entries, because every word of a question scans it.
            GinIndex(name="statedwords_words", fields=["words"], gin_pending_list_limit=64),
        ]
        triggers = [written_by_the_database("statedwords", ANY_CHANGE)]

    def __str__(self) -> str:
        return f"words of claim {self.claim_id}"


#: PL/pgSQL for after entries (`arrived`) joined the ledger: what the newest entry of each claim states is matched.
KEEP_STATED_WORDS = """
    WITH newest AS MATERIALIZED (
        SELECT DISTINCT ON (claim_id) claim_id, status, search_statement, search_headlines FROM arrived
        ORDER BY claim_id, version DESC
    ), withdrawn AS (
        DELETE FROM public.claims_statedwords AS known USING newest
        WHERE known.claim_id = newest.claim_id AND newest.status <> 'published'
    )
    INSERT INTO public.claims_statedwords AS known (claim_id, words, length)
    SELECT newest.claim_id, matched.words, matched.length
    FROM newest, public.claims_matched_words(search_statement || ' ' || search_headlines) AS matched
    WHERE newest.status = 'published'
    ORDER BY newest.claim_id
    ON CONFLICT (claim_id) DO UPDATE SET words = excluded.words, length = excluded.length
    WHERE known.words <> excluded.words;
    RETURN NULL;
"""

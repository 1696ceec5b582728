"""Forms of statements for comparison: normal forms, compared statements, and the words of published statements."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func

from factcheck.database.rules import ANY_CHANGE, build_owner_writes_rule


class StatementKey(Func):
    """The normal form of a statement, ignoring letter case, quotation marks, spaces and full stops."""

    function = "claims_statement_key"
    arity = 1
    output_field = models.UUIDField()


class StatementWords(Func):
    """The words of a statement: in lower case, without punctuation."""

    function = "claims_statement_words"
    arity = 1
    output_field = ArrayField(models.TextField())


class ComparedStatement(models.Model):
    """A claim whose wording has been compared with that of all other claims. `find_duplicates` skips it."""

    claim = models.OneToOneField("claims.Claim", models.CASCADE, primary_key=True, related_name="+")
    #: `Claim.statement_key` when it was compared. A claim with a new wording is compared again.
    statement_key = models.UUIDField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim {self.claim_id}"


class StatedWords(models.Model):
    """The words of current publications' statements and headlines.

    They have their own compact table, because each query is compared with thousands of them, and reading them from
    the publications would be too slow.
    """

    claim_id = models.BigIntegerField(primary_key=True)
    #: Each word as written, and its beginning, which most forms of a word share (`claims_matched_words`).
    words = SearchVectorField()
    #: The number of different words.
    length = models.SmallIntegerField()

    class Meta:
        ordering = ["claim_id"]
        default_permissions = ()
        indexes = [
            # Find statements with a word. The pending list is short, because each word of a query scans it.
            GinIndex(name="statedwords_words", fields=["words"], gin_pending_list_limit=64),
        ]
        triggers = [build_owner_writes_rule("statedwords", ANY_CHANGE)]

    def __str__(self) -> str:
        return f"words of claim {self.claim_id}"


#: PL/pgSQL that stores the words of each claim's newest statement after entries (`arrived`) were added to the ledger.
STORE_STATED_WORDS_SQL = """
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

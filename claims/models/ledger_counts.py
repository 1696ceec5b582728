"""Counts over current publications: mentions, and words for search and spelling."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import CheckConstraint, Func, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import ANY_CHANGE, build_owner_writes_rule


class Mention(models.Model):
    """A claimant, topic, source, publisher or rating mentioned by current publications, and therefore public.

    A trigger of the ledger maintains these rows. Without them, each request would have to search all bodies, which
    takes longer the more publications there are.
    """

    class Kind(models.TextChoices):
        CLAIMANT = "claimant", _("Claimant")
        TOPIC = "topic", _("Topic")
        SOURCE = "source", _("Source")
        PUBLISHER = "publisher", _("Publisher")
        RATING = "rating", _("Rating")

    kind = models.CharField(max_length=20, choices=Kind)
    thing_id = models.BigIntegerField()
    #: The number of current publications that mention it.
    publications = models.IntegerField()

    class Meta:
        ordering = ["kind", "thing_id"]
        default_permissions = ()
        constraints = [
            # Its index also serves the lists of public entities, in order.
            UniqueConstraint(name="mention_is_unique", fields=["kind", "thing_id"]),
            models.CheckConstraint(name="mention_is_alive", condition=models.Q(publications__gt=0)),
            models.CheckConstraint(
                name="mention_kind_is_known",
                condition=models.Q(kind__in=["claimant", "topic", "source", "publisher", "rating"]),
            ),
        ]
        triggers = [build_owner_writes_rule("mention", ANY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id}"


#: SQL that turns the columns of a ledger entry into a row (kind, id) for each mention.
_MENTIONED_SQL = """(
    SELECT 'claimant', entries.claimant_id WHERE entries.claimant_id IS NOT NULL
    UNION SELECT 'topic', unnest(entries.topic_ids)
    UNION SELECT 'source', unnest(entries.source_ids)
    UNION SELECT 'publisher', unnest(entries.publisher_ids)
    UNION SELECT 'rating', unnest(entries.rating_ids)
)"""

_COLUMNS = "claimant_id, topic_ids, source_ids, publisher_ids, rating_ids"
_PREVIOUS_COLUMNS = ", ".join(f"previous.{column}" for column in _COLUMNS.split(", "))

#: PL/pgSQL that updates the mentions after entries (`arrived`) were added to the ledger. Mentions that only superseded
#: entries had are no longer public. One statement counts each entity once, however many entries arrived.
COUNT_MENTIONS_SQL = f"""
    WITH counted AS MATERIALIZED (
        SELECT kind, thing_id, sum(step)::integer AS step
        FROM (
            SELECT {_COLUMNS}, 1 AS step FROM arrived WHERE status = 'published'
            UNION ALL
            SELECT {_PREVIOUS_COLUMNS}, -1
            FROM arrived AS entry JOIN public.claims_publication AS previous
                ON previous.claim_id = entry.claim_id AND previous.version = entry.version - 1
            WHERE previous.status = 'published'
        ) AS entries, LATERAL {_MENTIONED_SQL} AS mentioned (kind, thing_id)
        GROUP BY kind, thing_id HAVING sum(step) <> 0
    ), gone AS (
        DELETE FROM public.claims_mention AS known USING counted
        WHERE (known.kind, known.thing_id) = (counted.kind, counted.thing_id)
            AND counted.step < 0 AND known.publications + counted.step <= 0
    ), fewer AS (
        UPDATE public.claims_mention AS known SET publications = known.publications + counted.step FROM counted
        WHERE (known.kind, known.thing_id) = (counted.kind, counted.thing_id)
            AND counted.step < 0 AND known.publications + counted.step > 0
    )
    INSERT INTO public.claims_mention AS known (kind, thing_id, publications)
    SELECT kind, thing_id, step FROM counted WHERE step > 0
    ORDER BY kind, thing_id
    ON CONFLICT (kind, thing_id) DO UPDATE SET publications = known.publications + excluded.publications;
    RETURN NULL;
"""


class SearchWord(models.Model):
    """A word of current publications, in lower case and without accents.

    Only words that people may misspell are stored: no numbers, URLs, or words of scripts without spaces.
    """

    word = models.TextField(primary_key=True, db_collation="C")
    #: The number of current publications with the word.
    publications = models.IntegerField()

    class Meta:
        ordering = ["word"]
        default_permissions = ()
        constraints = [CheckConstraint(name="searchword_is_alive", condition=Q(publications__gt=0))]
        triggers = [build_owner_writes_rule("searchword", ANY_CHANGE)]

    def __str__(self) -> str:
        return self.word


class SearchSpelling(models.Model):
    """A word of current publications that may correct a misspelling.

    It is separate from `SearchWord`, whose counts change with every publication, because the index here is expensive
    to update.
    """

    word = models.TextField(primary_key=True, db_collation="C")

    class Meta:
        ordering = ["word"]
        default_permissions = ()
        indexes = [
            # Find the intended word for a misspelling. The pending list is short, because every search scans it.
            GinIndex(
                OpClass(
                    Func(
                        "word", function="claims_search_spelling", output_field=ArrayField(models.TextField())
                    ),
                    name="array_ops",
                ),
                name="searchspelling_keys",
                gin_pending_list_limit=256,
            ),
        ]
        triggers = [build_owner_writes_rule("searchspelling", ANY_CHANGE)]

    def __str__(self) -> str:
        return self.word


class SearchLanguage(models.Model):
    """A language in which current publications can be searched (ISO 639-1, one of `claims.search.STEMMERS`)."""

    language = models.CharField(primary_key=True, max_length=2)
    #: The number of current publications with texts in this language.
    publications = models.IntegerField()

    class Meta:
        ordering = ["language"]
        default_permissions = ()
        constraints = [CheckConstraint(name="searchlanguage_is_alive", condition=Q(publications__gt=0))]
        triggers = [build_owner_writes_rule("searchlanguage", ANY_CHANGE)]

    def __str__(self) -> str:
        return self.language


def _build_change_sql(keys: str, condition: str = "true") -> str:
    """Return PL/pgSQL that sets `keys` to the keys with changed counts, and `steps` to the changes of the counts."""
    return f"""
        SELECT array_agg(counted.key ORDER BY counted.key), array_agg(counted.step ORDER BY counted.key)
        INTO keys, steps
        FROM (
            SELECT key, sum(step)::integer AS step
            FROM (
                SELECT entry.search, entry.search_languages, 1 AS step FROM arrived AS entry
                WHERE entry.status = 'published'
                UNION ALL
                SELECT previous.search, previous.search_languages, -1
                FROM arrived AS entry JOIN public.claims_publication AS previous
                    ON previous.claim_id = entry.claim_id AND previous.version = entry.version - 1
                WHERE previous.status = 'published'
            ) AS entries, {keys} AS of_entry (key)
            GROUP BY key HAVING sum(step) <> 0
        ) AS counted
        WHERE {condition};
    """


def _build_count_down_sql(table: str, key: str) -> str:
    return f"""
        DELETE FROM public.{table} AS known USING unnest(keys, steps) AS counted (key, step)
        WHERE known.{key} = counted.key AND counted.step < 0 AND known.publications + counted.step <= 0;
        UPDATE public.{table} AS known SET publications = known.publications + counted.step
        FROM unnest(keys, steps) AS counted (key, step)
        WHERE known.{key} = counted.key AND counted.step < 0;
    """


def _build_count_up_sql(table: str, key: str) -> str:
    return f"""
        INSERT INTO public.{table} AS known ({key}, publications)
        SELECT counted.key, counted.step FROM unnest(keys, steps) AS counted (key, step) WHERE counted.step > 0
        ON CONFLICT ({key}) DO UPDATE SET publications = known.publications + excluded.publications
    """


# Full words only; stems contain a colon.
_WORDS_SQL = """LATERAL (
    SELECT word FROM unnest(tsvector_to_array(entries.search)) AS word WHERE strpos(word, ':') = 0
)"""

# A word that is already stored has passed the check. Looking it up takes a tenth of the time of checking it.
_SPELLABLE_SQL = """
    EXISTS (SELECT FROM public.claims_searchword AS known WHERE known.word = counted.key)
        OR public.claims_search_spellable(counted.key)
"""

#: PL/pgSQL that updates the words after entries (`arrived`) were added to the ledger. Words that only superseded
#: entries had are no longer public. The ledger admits one transaction at a time, so the counts need no other lock.
COUNT_WORDS_SQL = f"""
    {_build_change_sql("unnest(entries.search_languages)")}
    {_build_count_down_sql("claims_searchlanguage", "language")}
    {_build_count_up_sql("claims_searchlanguage", "language")};
    {_build_change_sql(_WORDS_SQL, _SPELLABLE_SQL)}
    {_build_count_down_sql("claims_searchword", "word")}
    DELETE FROM public.claims_searchspelling AS spelt USING unnest(keys, steps) AS counted (key, step)
    WHERE spelt.word = counted.key AND counted.step < 0
        AND NOT EXISTS (SELECT FROM public.claims_searchword AS known WHERE known.word = counted.key);
    -- Only a newly inserted word has no xmax.
    WITH more AS ({_build_count_up_sql("claims_searchword", "word")} RETURNING known.word, known.xmax)
    INSERT INTO public.claims_searchspelling (word) SELECT more.word FROM more WHERE more.xmax = 0
    ON CONFLICT (word) DO NOTHING;
    RETURN NULL;
"""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import ANY_CHANGE, written_by_the_database


class Mention(models.Model):
    """A claimant, topic, source, publisher or rating mentioned by current publications, and therefore public.

    The ledger maintains these rows itself, by a trigger: searching its bodies for every reader would cost more the
    more often a thing is mentioned.
    """

    class Kind(models.TextChoices):
        CLAIMANT = "claimant", _("Claimant")
        TOPIC = "topic", _("Topic")
        SOURCE = "source", _("Source")
        PUBLISHER = "publisher", _("Publisher")
        RATING = "rating", _("Rating")

    kind = models.CharField(max_length=20, choices=Kind)
    thing_id = models.BigIntegerField()
    #: How many current publications there are that mention it.
    publications = models.IntegerField()

    class Meta:
        ordering = ["kind", "thing_id"]
        default_permissions = ()
        constraints = [
            # Also the index by which lists of public things are read in order.
            UniqueConstraint(name="mention_is_unique", fields=["kind", "thing_id"]),
            models.CheckConstraint(name="mention_is_alive", condition=models.Q(publications__gt=0)),
            models.CheckConstraint(
                name="mention_kind_is_known",
                condition=models.Q(kind__in=["claimant", "topic", "source", "publisher", "rating"]),
            ),
        ]
        triggers = [written_by_the_database("mention", ANY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id}"


#: What an entry of the ledger mentions: its columns, as SQL makes rows of them.
_MENTIONED = """(
    SELECT 'claimant', entries.claimant_id WHERE entries.claimant_id IS NOT NULL
    UNION SELECT 'topic', unnest(entries.topic_ids)
    UNION SELECT 'source', unnest(entries.source_ids)
    UNION SELECT 'publisher', unnest(entries.publisher_ids)
    UNION SELECT 'rating', unnest(entries.rating_ids)
)"""

_COLUMNS = "claimant_id, topic_ids, source_ids, publisher_ids, rating_ids"
_OF_PREVIOUS = ", ".join(f"previous.{column}" for column in _COLUMNS.split(", "))

#: PL/pgSQL for after entries (`arrived`) joined the ledger: what they mention is public; what only the entries that
#: they superseded mentioned is public no longer. One statement, so that many entries cost one count of each thing.
COUNT_MENTIONS = f"""
    WITH counted AS MATERIALIZED (
        SELECT kind, thing_id, sum(step)::integer AS step
        FROM (
            SELECT {_COLUMNS}, 1 AS step FROM arrived WHERE status = 'published'
            UNION ALL
            SELECT {_OF_PREVIOUS}, -1
            FROM arrived AS entry JOIN public.claims_publication AS previous
                ON previous.claim_id = entry.claim_id AND previous.version = entry.version - 1
            WHERE previous.status = 'published'
        ) AS entries, LATERAL {_MENTIONED} AS mentioned (kind, thing_id)
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

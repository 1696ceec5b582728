from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Mention(models.Model):
    """That current publications speak of a claimant, topic, source, publisher or rating: while they do, it is public.

    The ledger keeps these rows itself, by a trigger: to ask its bodies anew for every reader would cost more the more
    often a thing is mentioned.
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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id}"


def _mentions(entry: str) -> str:
    """SQL for the kind and id of everything that an entry of the ledger (`NEW`, `OLD`) mentions."""
    lists = ("topic", "source", "publisher", "rating")
    one = f"SELECT 'claimant' AS kind, {entry}.claimant_id AS thing_id WHERE {entry}.claimant_id IS NOT NULL"
    return " UNION ".join([one, *(f"SELECT '{kind}', unnest({entry}.{kind}_ids)" for kind in lists)])


#: PL/pgSQL for after an entry joined the ledger: what it mentions is public.
COUNT_UP = f"""
    IF NEW.status = 'published' THEN
        INSERT INTO claims_mention AS known (kind, thing_id, publications)
        SELECT kind, thing_id, 1 FROM ({_mentions("NEW")}) AS mentioned
        ON CONFLICT (kind, thing_id) DO UPDATE SET publications = known.publications + 1;
    END IF;
    RETURN NULL;
"""

#: PL/pgSQL for after an entry was superseded: what only it mentioned is public no longer.
COUNT_DOWN = f"""
    IF OLD.status = 'published' THEN
        DELETE FROM claims_mention AS known USING ({_mentions("OLD")}) AS mentioned
        WHERE (known.kind, known.thing_id) = (mentioned.kind, mentioned.thing_id) AND known.publications = 1;
        UPDATE claims_mention AS known SET publications = known.publications - 1 FROM ({_mentions("OLD")}) AS mentioned
        WHERE (known.kind, known.thing_id) = (mentioned.kind, mentioned.thing_id);
    END IF;
    RETURN NULL;
"""

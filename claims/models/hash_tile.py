from django.db import models
from django.db.models import CheckConstraint, F, Func, IntegerField, Q, UniqueConstraint
from django.db.models.functions import Mod
from django.db.models.lookups import Exact, GreaterThan, LessThanOrEqual

from claims.models.tree_rules import TILE_IS_TRUE
from factcheck.database.rules import append_only

#: How many hashes a tile has when it is full, and the bytes of each.
WIDTH, HASH = 256, 32

_LENGTH = Func(F("hashes"), function="octet_length", output_field=IntegerField())


class HashTile(models.Model):
    """256 neighbouring hashes of one level of the ledger's Merkle tree (C2SP `tlog-tiles`), or the first few of them.

    Kept so that proofs need some rows and not the whole ledger. Everything in it follows from the entries, and
    `verify_ledger` recomputes it; it only ever grows.
    """

    level = models.PositiveSmallIntegerField()
    #: Its place in the level.
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        ordering = ["level", "number"]
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="hashtile_is_unique", fields=["level", "number"]),
            CheckConstraint(
                name="hashtile_has_whole_hashes",
                condition=Q(GreaterThan(_LENGTH, 0))
                & Q(LessThanOrEqual(_LENGTH, WIDTH * HASH))
                & Q(Exact(Mod(_LENGTH, HASH), 0)),
            ),
        ]
        triggers = [
            *append_only(
                "hashtile",
                "What the ledger came to stays: hashes are only added to a tile.",
                unless="""
                    (NEW.id, NEW.level, NEW.number) = (OLD.id, OLD.level, OLD.number)
                        AND substr(NEW.hashes, 1, octet_length(OLD.hashes)) = OLD.hashes
                """,
            ),
            TILE_IS_TRUE,
        ]

    def __str__(self) -> str:
        return f"level {self.level}, tile {self.number}"

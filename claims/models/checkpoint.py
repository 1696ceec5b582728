"""Signed states of the ledger: checkpoints, keys, and the Merkle tree (RFC 6962).

The lowest level of the tree is computed from the entries, each higher level from the tiles below it, and checkpoints
from all levels. `claims.ledger.proofs.merkle_tree` does the same in Python.
"""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, IntegerField, Q, UniqueConstraint
from django.db.models.functions import Mod, Now
from django.db.models.lookups import Exact, GreaterThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from claims.models.ledger_rules import build_entry_bytes_sql
from factcheck.database.rules import OWNER_SQL, Rule, build_append_only_rules

_WRONG_ROOT_SQL = (
    "REJECT 'A checkpoint must match the stored entries and their hash.' AS checkpoint_is_of_what_is_there;"
)

#: PL/pgSQL that replaces the hashes in `part`, whose number is a power of two, with the hash of their common ancestor.
_FOLD_SQL = """
    WHILE octet_length(part) > 32 LOOP
        SELECT string_agg(sha256(decode('01', 'hex') || substr(part, 1 + 64 * pair, 64)), ''::bytea ORDER BY pair)
        INTO part FROM generate_series(0, octet_length(part) / 64 - 1) AS pair;
    END LOOP;
"""

CORRECT_TILE_RULE = Rule(
    # After the whole statement, because it may also insert the tiles below this one.
    name="hashtile_is_true",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("known", "integer := 0"), ("part", "bytea"), ("expected", "bytea")],
    func=f"""
        IF TG_OP = 'UPDATE' THEN
            known := octet_length(OLD.hashes) / 32;
        END IF;
        IF NEW.level = 0 THEN
            SELECT string_agg(sha256(decode('00', 'hex') || {build_entry_bytes_sql("entry")}), ''::bytea
                ORDER BY entry.sequence)
            INTO expected
            FROM public.claims_publication AS entry
            LEFT JOIN public.claims_publication AS head ON head.sequence = entry.sequence - 1
            WHERE entry.sequence BETWEEN 256 * NEW.number + known + 1
                AND 256 * NEW.number + octet_length(NEW.hashes) / 32;
        ELSE
            expected := ''::bytea;
            FOR place IN 256 * NEW.number + known .. 256 * NEW.number + octet_length(NEW.hashes) / 32 - 1 LOOP
                SELECT hashes INTO part FROM public.claims_hashtile
                WHERE level = NEW.level - 1 AND number = place AND octet_length(hashes) = 8192;
                {_FOLD_SQL}
                expected := expected || part;
            END LOOP;
        END IF;
        IF coalesce(expected, ''::bytea) IS DISTINCT FROM substr(NEW.hashes, 1 + 32 * known) THEN
            REJECT 'The hashes of a tile must match the entries below it.';
        END IF;
        RETURN NULL;
    """,
)

#: PL/pgSQL that rejects a checkpoint of the ledger whose root does not follow from the tiles. It combines the hashes of
#: the complete subtrees, from the smallest at the right edge to the largest.
CORRECT_ROOT_SQL = f"""
    IF NEW.log = 'ledger' THEN
        FOR height IN 0 .. 62 LOOP
            CONTINUE WHEN (NEW.tree_size >> height) & 1 = 0;
            -- Its start and size, in hashes of the level of tiles that contains it.
            place := (((NEW.tree_size >> height) - 1) << height) >> (height / 8 * 8);
            SELECT substr(hashes, 1 + 32 * (place % 256)::integer, 32 << (height % 8)) INTO part
            FROM public.claims_hashtile WHERE level = height / 8 AND number = place / 256;
            IF octet_length(part) IS DISTINCT FROM 32 << (height % 8) THEN
                {_WRONG_ROOT_SQL}
            END IF;
            {_FOLD_SQL}
            root := CASE WHEN root IS NULL THEN part ELSE sha256(decode('01', 'hex') || part || root) END;
        END LOOP;
        IF encode(root, 'hex') IS DISTINCT FROM NEW.root_sha256 THEN
            {_WRONG_ROOT_SQL}
        END IF;
    END IF;
"""


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def newest(self) -> "SigningKey | None":
        """Return the current signing key; None if nothing has been signed yet."""
        return self.order_by("-id").first()

    def in_order(self) -> Self:
        """Return all keys, oldest first."""
        return self.order_by("id")


class SigningKey(models.Model):
    """A public key that the newsroom has used to sign checkpoints. Append-only: old keys stay published.

    Each key except the first succeeds another, and a signed note announces that
    (`claims.ledger.proofs.key_succession`).
    """

    #: The Ed25519 key: 32 bytes as base64url without padding.
    public_key = models.CharField(_("public key"), max_length=43, unique=True)
    #: The log's name in its checkpoints (C2SP tlog-checkpoint); stays the same if the site moves.
    origin = models.CharField(_("name of the log"), max_length=300)
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("previous key"),
    )
    #: The note on the succession, signed by both keys, or by the new one alone if the old is lost; "" for the first.
    statement = models.TextField(_("statement"), blank=True)
    #: The reason why the old key did not sign the note; "" if it did.
    loss_reason = models.CharField(_("reason for the loss of the old key"), max_length=500, blank=True)
    began_at = models.DateTimeField(_("since"), editable=False, db_default=Now())

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="signingkey_is_a_key", condition=Q(public_key__regex=r"^[A-Za-z0-9_-]{43}$")
            ),
            CheckConstraint(name="signingkey_origin_is_a_name", condition=Q(origin__regex=r"^[^\s+]+$")),
            CheckConstraint(
                name="signingkey_succession_is_stated",
                condition=Q(follows__isnull=True, statement="", loss_reason="")
                | Q(follows__isnull=False) & ~Q(statement=""),
            ),
        ]
        triggers = [
            *build_append_only_rules("signingkey", "Signing keys are never changed or deleted."),
            Rule(
                name="signingkey_follows_the_last",
                operation=pgtrigger.Insert,
                declare=[("last", "record")],
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('claims_signingkey'));
                    SELECT id, origin INTO last FROM public.claims_signingkey ORDER BY id DESC LIMIT 1;
                    -- Using the first key announces it; each later key is announced by a command of the owner.
                    IF last.id IS NOT NULL AND current_user <> {OWNER_SQL} THEN
                        REJECT 'Only the owner of the database can announce another signing key: run the command
                            with OWNER_DATABASE_URL.' AS signingkey_is_announced_by_the_owner;
                    END IF;
                    IF NEW.follows_id IS DISTINCT FROM last.id OR NEW.origin <> last.origin THEN
                        REJECT 'A key must follow the last one in the same log.';
                    END IF;
                    NEW.began_at := clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.public_key


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def of_ledger(self) -> Self:
        """Return the checkpoints of the ledger, which are public."""
        return self.filter(log="ledger")

    def of_reviews(self) -> Self:
        """Return the checkpoints of the chain of moves and sign-offs, which is not public."""
        return self.filter(log="reviews")

    def newest(self) -> "Checkpoint | None":
        """Return the latest checkpoint."""
        return self.order_by("-id").first()


class Checkpoint(models.Model):
    """A signed state of the ledger: its size and root hash.

    It is a signed note in the form of transparency logs (C2SP `tlog-checkpoint`). Append-only: each checkpoint
    extends the previous one.
    """

    class Log(models.TextChoices):
        LEDGER = "ledger", _("Publications")
        REVIEWS = "reviews", _("State changes and sign-offs")

    log = models.CharField(_("log"), max_length=10, choices=Log)
    tree_size = models.BigIntegerField(_("entries"))
    #: For the ledger, the root of the Merkle tree (RFC 6962); for reviews, the last link of their chain.
    root_sha256 = models.CharField(_("fingerprint"), max_length=64)
    note = models.TextField(_("signed note"))
    key = models.ForeignKey(
        SigningKey, models.PROTECT, related_name="checkpoints", verbose_name=_("signed with")
    )
    signed_at = models.DateTimeField(_("signed"), editable=False, db_default=Now())

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        default_permissions = ()
        constraints = [
            CheckConstraint(name="checkpoint_log_is_known", condition=Q(log__in=["ledger", "reviews"])),
            CheckConstraint(name="checkpoint_has_entries", condition=Q(tree_size__gt=0)),
            CheckConstraint(
                name="checkpoint_root_is_a_hash", condition=Q(root_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            # The newest checkpoint of a log, and all checkpoints of the ledger.
            Index(name="checkpoint_newest", fields=["log", "-id"]),
        ]
        triggers = [
            *build_append_only_rules("checkpoint", "Checkpoints are never changed or deleted."),
            Rule(
                name="checkpoint_goes_on_from_the_last",
                operation=pgtrigger.Insert,
                declare=[
                    *(("last", "record"), ("said", "text[]"), ("place", "bigint"), ("part", "bytea")),
                    ("root", "bytea"),
                ],
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('claims_checkpoint'));
                    SELECT tree_size, root_sha256 INTO last FROM public.claims_checkpoint
                    WHERE log = NEW.log ORDER BY id DESC LIMIT 1;
                    IF NEW.tree_size < last.tree_size
                        OR NEW.tree_size = last.tree_size AND NEW.root_sha256 <> last.root_sha256
                    THEN
                        REJECT 'A checkpoint must continue the previous one.';
                    END IF;
                    -- The note must agree, and no more entries can be signed than exist.
                    said := string_to_array(NEW.note, E'\\n');
                    IF said[2] <> NEW.tree_size::text
                        OR said[3] <> encode(decode(NEW.root_sha256, 'hex'), 'base64') OR said[4] <> ''
                        OR NEW.log = 'ledger' AND NOT EXISTS (
                            SELECT FROM public.claims_publication WHERE sequence = NEW.tree_size
                        )
                        OR NEW.log = 'reviews' AND NOT EXISTS (
                            SELECT FROM public.claims_reviewlink
                            WHERE number = NEW.tree_size AND chain_sha256 = NEW.root_sha256
                        )
                    THEN
                        {_WRONG_ROOT_SQL}
                    END IF;
                    {CORRECT_ROOT_SQL}
                    NEW.signed_at := clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_log_display()}: {self.tree_size}"


#: The number of hashes in a full tile, and the bytes of each hash.
TILE_WIDTH, HASH_BYTES = 256, 32

_HASHES_LENGTH = Func(F("hashes"), function="octet_length", output_field=IntegerField())


class HashTile(models.Model):
    """Up to 256 adjacent hashes of one level of the ledger's Merkle tree (C2SP `tlog-tiles`).

    Tiles are stored so that proofs need a few rows instead of the whole ledger. Their content follows from the
    entries, and `verify_ledger` recomputes it. Hashes are only added, never changed.
    """

    level = models.PositiveSmallIntegerField()
    #: The position of the tile in its level, from 0.
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        ordering = ["level", "number"]
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="hashtile_is_unique", fields=["level", "number"]),
            CheckConstraint(
                name="hashtile_has_whole_hashes",
                condition=Q(GreaterThan(_HASHES_LENGTH, 0))
                & Q(LessThanOrEqual(_HASHES_LENGTH, TILE_WIDTH * HASH_BYTES))
                & Q(Exact(Mod(_HASHES_LENGTH, HASH_BYTES), 0)),
            ),
        ]
        triggers = [
            *build_append_only_rules(
                "hashtile",
                "Hashes of the ledger are never changed: a tile only grows.",
                allowed_update="""
                    (NEW.id, NEW.level, NEW.number) = (OLD.id, OLD.level, OLD.number)
                        AND substr(NEW.hashes, 1, octet_length(OLD.hashes)) = OLD.hashes
                """,
            ),
            CORRECT_TILE_RULE,
        ]

    def __str__(self) -> str:
        return f"level {self.level}, tile {self.number}"

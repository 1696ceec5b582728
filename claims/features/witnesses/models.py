"""The witnesses of our ledger, their cosignatures, and the logs that we witness."""

from typing import ClassVar

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Func, Q, UniqueConstraint, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, ED25519_TYPE, InvalidNote, read_verifier_key
from claims.models import Checkpoint
from factcheck.database.model_fields import AddressField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Prohibition, Rule, build_append_only_rules

_NAME_SQL = Func(
    F("verifier_key"), Value("+"), Value(1), function="split_part", output_field=models.TextField()
)
_VERIFIER_KEY_PATTERN = r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$"


def _check_witness_key(value: str) -> None:
    _check_verifier_key(value, COSIGNATURE_TYPE)


def _check_log_key(value: str) -> None:
    _check_verifier_key(value, ED25519_TYPE)


def _check_verifier_key(value: str, kind: bytes) -> None:
    try:
        read_verifier_key(value, kind)
    except InvalidNote:
        raise ValidationError(
            _("This is not a verifier key. Copy the whole line that the other newsroom shows.")
        ) from None


class _VerifierKeyModel(models.Model):
    """A model with a verifier key, `name+id+key`, of the type `key_type`."""

    key_type: ClassVar[bytes]
    verifier_key: str

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.verifier_key.split("+", 1)[0]

    @property
    def public_key(self) -> bytes:
        return read_verifier_key(self.verifier_key, self.key_type)[1]


@keep_history(exclude=["failure", "failing_since", "sees_two_histories", "asked_at"])
class Witness(_VerifierKeyModel):
    """Another installation, or a public witness, that cosigns each checkpoint of our ledger."""

    key_type = COSIGNATURE_TYPE
    verifier_key = models.CharField(
        _("verifier key"),
        max_length=400,
        validators=[_check_witness_key],
        help_text=_(
            "The verifier key that the witness publishes, on one line: name, number and key, joined by +."
        ),
    )
    url = AddressField(
        _("address"),
        max_length=500,
        help_text=_("The address to which /add-checkpoint is added, such as https://facts.example/witness."),
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("Only active witnesses are contacted and counted.")
    )
    failure = models.TextField(_("problem"), blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    #: Whether the witness has cosigned entries that our ledger does not have, and has cosigned nothing since.
    sees_two_histories = models.BooleanField(default=False, editable=False)
    asked_at = models.DateTimeField(_("last queried"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["verifier_key"]
        verbose_name = _("witness")
        verbose_name_plural = _("witnesses")
        constraints = [
            CheckConstraint(name="witness_has_a_key", condition=Q(verifier_key__regex=_VERIFIER_KEY_PATTERN)),
            CheckConstraint(name="witness_address_is_one", condition=Q(url__regex=r"^https?://[^?#\s@]+$")),
            UniqueConstraint(
                _NAME_SQL,
                name="witness_is_added_once",
                violation_error_message=_("This witness is already listed."),
            ),
        ]


class Cosignature(models.Model):
    """A witness's signature under one of our checkpoints. Append-only."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, db_index=False, related_name="cosignatures")
    witness = models.ForeignKey(Witness, models.PROTECT, related_name="cosignatures")
    #: The signature line of the note, including its line feed.
    line = models.CharField(max_length=600)
    #: The time of signing, as stated by the witness.
    cosigned_at = models.DateTimeField()

    class Meta:
        ordering = ["checkpoint_id", "witness_id"]
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="cosignature_once_per_checkpoint", fields=["checkpoint", "witness"]),
            CheckConstraint(
                name="cosignature_is_a_line",
                condition=Q(line__regex=r"^— [^\s+]+ [A-Za-z0-9+/]+={0,2}\n$"),
            ),
        ]
        triggers = [*build_append_only_rules("cosignature", "Cosignatures are never changed or deleted.")]

    def __str__(self) -> str:
        return self.line


@keep_history(
    exclude=["tree_size", "root_sha256", "note", "refusal", "refusal_is_proof", "refused_at", "cosigned_at"]
)
class WitnessedLog(_VerifierKeyModel):
    """A ledger that we witness, with the last checkpoint that we cosigned. The stored size never decreases."""

    key_type = ED25519_TYPE
    verifier_key = models.CharField(
        _("verifier key"),
        max_length=400,
        validators=[_check_log_key],
        help_text=_("The other ledger’s verifier key, on one line: name, number and key, joined by +."),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("While this is off, we cosign nothing; checkpoints that we have seen stay on record."),
    )
    tree_size = models.BigIntegerField(_("entries"), default=0, editable=False)
    root_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    note = models.TextField(blank=True, editable=False)
    cosigned_at = models.DateTimeField(_("last cosigned"), null=True, editable=False)
    #: A checkpoint with a valid signature that does not continue the last one that we cosigned. If both have
    #: the same size, they prove two histories.
    refusal = models.TextField(_("refused checkpoint"), blank=True, editable=False)
    refusal_is_proof = models.BooleanField(default=False, editable=False)
    refused_at = models.DateTimeField(_("refused"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["verifier_key"]
        verbose_name = _("witnessed ledger")
        verbose_name_plural = _("witnessed ledgers")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                name="witnessedlog_has_a_key", condition=Q(verifier_key__regex=_VERIFIER_KEY_PATTERN)
            ),
            CheckConstraint(
                name="witnessedlog_state_is_whole",
                condition=Q(tree_size=0, root_sha256="", note="")
                | Q(tree_size__gt=0, root_sha256__regex=r"^[0-9a-f]{64}$") & ~Q(note=""),
            ),
            UniqueConstraint(
                _NAME_SQL,
                name="witnessedlog_is_added_once",
                violation_error_message=_("This ledger is already listed."),
            ),
        ]
        triggers = [
            # If a row could be deleted and added again, the record of what we cosigned would be lost.
            Prohibition(
                name="witnessedlog_no_delete",
                operation=pgtrigger.Delete,
                func="REJECT 'A witnessed ledger cannot be deleted: switch it off.';",
            ),
            Rule(
                name="witnessedlog_begins_empty",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__tree_size__gt=0),
                func="REJECT 'A new witnessed ledger begins with zero entries.';",
            ),
            Rule(
                name="witnessedlog_never_goes_back",
                operation=pgtrigger.Update,
                func="""
                    IF NEW.tree_size < OLD.tree_size
                        OR NEW.tree_size = OLD.tree_size AND NEW.root_sha256 <> OLD.root_sha256
                        OR split_part(NEW.verifier_key, '+', 1) <> split_part(OLD.verifier_key, '+', 1)
                    THEN
                        REJECT 'A witness never cosigns a checkpoint older than its last one.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

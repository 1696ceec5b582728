from django.db import models
from django.db.models import CheckConstraint, F, Func, Q, UniqueConstraint, Value
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from claims.features.platforms.wordings import MAX_NOTE_LENGTH, URL_LENGTH
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import build_append_only_rules

#: The text with each URL replaced by as many characters as X counts for it. X counts some other characters twice.
_SHORTENED_TEXT = Func(
    F("text"),
    Value(r"https?://\S+"),
    Value("x" * URL_LENGTH),
    Value("g"),
    function="regexp_replace",
    output_field=models.TextField(),
)


class ApprovedWording(models.Model):
    """A text for one platform that an editor approved for a version of a claim. Append-only."""

    class Kind(models.TextChoices):
        COMMUNITY_NOTE = "community_note", _("Community Note on X")
        BLUESKY_LABEL = "bluesky_label", _("Label on Bluesky")

    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.TextField()
    approved_by = PersonField()
    approved_by_name = models.CharField(max_length=200)
    approved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("approved wording")
        verbose_name_plural = _("approved wordings")
        default_permissions = ("add",)
        constraints = [
            UniqueConstraint(name="approvedwording_once", fields=["claim", "version", "kind"]),
            CheckConstraint(
                name="approvedwording_kind_is_known",
                condition=Q(kind__in=["community_note", "bluesky_label"]),
            ),
            CheckConstraint(name="approvedwording_has_words", condition=Q(text__regex=r"\S")),
            CheckConstraint(
                name="approvedwording_note_fits",
                condition=~Q(kind="community_note")
                | Q(LessThanOrEqual(Length(_SHORTENED_TEXT), MAX_NOTE_LENGTH), text__regex=r"https?://"),
            ),
        ]
        triggers = [*build_append_only_rules("approvedwording", "An approved wording cannot be changed.")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.claim_id}"

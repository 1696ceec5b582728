from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import AddressField, LanguageField, PersonField
from factcheck.database.rules import build_append_only_rules


class TextSha256(models.Func):
    """The SHA-256 of a text's UTF-8 bytes in hexadecimal, computed by PostgreSQL without an extension."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()
    arity = 1


class Snapshot(models.Model):
    """The content of a source at one moment: its text and original bytes. Never changed or deleted."""

    source = models.ForeignKey(
        "sources.Source", models.PROTECT, db_index=False, related_name="snapshots", verbose_name=_("source")
    )
    number = models.PositiveIntegerField(
        _("number"), help_text=_("Snapshots of a source are numbered from 1.")
    )
    captured_at = models.DateTimeField(_("captured"), db_default=Now())
    captured_by = PersonField(null=True, blank=True)
    url = AddressField(_("address"), max_length=2000, blank=True, help_text=_("The address after redirects."))
    media_type = models.CharField(_("media type"), max_length=100)
    content_sha256 = models.CharField(_("fingerprint of the file"), max_length=64)
    content_size = models.PositiveIntegerField(_("size in bytes"))
    title = models.CharField(_("title"), max_length=500, blank=True)
    byline = models.CharField(_("byline"), max_length=500, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    language = LanguageField(_("language"), blank=True)
    text = models.TextField(_("text"))
    text_sha256 = models.CharField(_("fingerprint of the text"), max_length=64)
    extractor = models.CharField(
        _("extractor"), max_length=100, help_text=_("Name and version of the extractor.")
    )
    caveats = models.JSONField(
        _("notes"),
        default=list,
        blank=True,
        help_text=_("Notes on extracting the text, for example that a part of the page was not read."),
    )
    cues = models.JSONField(
        _("times of the parts"),
        default=list,
        blank=True,
        help_text=_("For a transcript: the start of each part of the text, with its time in seconds."),
    )

    class Meta:
        ordering = ["source", "-number"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            UniqueConstraint(name="snapshot_number_is_unique_per_source", fields=["source", "number"]),
            bounds.build_plausible_days_constraint("snapshot_days_are_in_sight", "published_on"),
            models.CheckConstraint(name="snapshot_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="snapshot_text_hash_is_true", condition=Q(text_sha256=TextSha256("text"))
            ),
            models.CheckConstraint(
                name="snapshot_content_hash_is_sha256", condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            # Finds a stored text by its hash, whatever its URL.
            models.Index(name="snapshot_by_text", fields=["text_sha256"]),
            # The desk's filter by media type.
            models.Index(name="snapshot_by_media_type", fields=["media_type", "-id"]),
            # Searches of snapshots.
            build_words_index("snapshot_desk_words", "title", "url", "content_sha256", "text_sha256"),
        ]
        triggers = build_append_only_rules("snapshot", "A snapshot is never changed or deleted.")

    def __str__(self) -> str:
        return f"{self.title or self.source} ({self.captured_at:%Y-%m-%d %H:%M})"

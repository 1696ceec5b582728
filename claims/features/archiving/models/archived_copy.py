"""Archived copies of a document: its page, uploaded files and timestamps."""

from typing import Any

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import AddressField, PersonField
from factcheck.database.rules import Rule, build_append_only_rules

SHA256_PATTERN = r"^[0-9a-f]{64}$"
_EXTENSIONS = {"application/warc": "warc.gz", "application/pdf": "pdf", "image/webp": "webp"}


class ArchivedCopy(models.Model):
    """A document as it was at one moment. Never changed or deleted."""

    class Reason(models.TextChoices):
        EVIDENCE = "evidence", _("cited as evidence")
        APPEARANCE = "appearance", _("a claim appears in the source")
        REVIEW = "review", _("a verdict went into review")
        PUBLICATION = "publication", _("a verdict was published")
        DESK = "desk", _("requested at the desk")
        COMMAND = "command", _("requested on the command line")
        IMPORT = "import", _("cited in an imported archive")
        LINK_CHECK = "link_check", _("the page had changed")
        UPLOAD = "upload", _("file uploaded at the desk")

    source = models.ForeignKey(
        "sources.Source",
        models.PROTECT,
        db_index=False,
        related_name="archived_copies",
        verbose_name=_("source"),
    )
    snapshot = models.ForeignKey(
        "sources.Snapshot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="archived_copies",
        verbose_name=_("text"),
    )
    address = AddressField(
        _("address"), max_length=2000, blank=True, help_text=_("The requested address; empty for an upload.")
    )
    final_address = AddressField(
        _("final address"), max_length=2000, blank=True, help_text=_("The address after redirects.")
    )
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    captured_at = models.DateTimeField(_("stored on"), db_default=TransactionNow())
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    captured_by = PersonField(_("done by"), null=True, blank=True)
    #: A missing part of the copy (`text`, `screenshot`, `pdf`) → a sentence that explains why.
    missing: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        _("missing parts"), default=dict, blank=True
    )

    class Meta:
        ordering = ["-captured_at", "-id"]
        verbose_name = _("archived copy")
        verbose_name_plural = _("archived copies")
        # Permissions for a source include its copies.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="archivedcopy_reason_is_known",
                condition=Q(
                    reason__in=[
                        *("evidence", "appearance", "review", "publication", "desk", "command"),
                        *("import", "link_check", "upload"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="archivedcopy_is_of_an_address_or_an_upload",
                condition=Q(reason="upload", address="", final_address="", http_status__isnull=True)
                | ~Q(reason="upload") & ~Q(address="") & ~Q(final_address="") & Q(http_status__isnull=False),
            ),
        ]
        indexes = [
            # Used to list a source's copies, newest first, and to check whether one of them is recent.
            models.Index(name="archivedcopy_by_source", fields=["source", "-captured_at"]),
        ]
        triggers = [
            *build_append_only_rules("archivedcopy", "An archived copy is never changed or deleted."),
            Rule(
                name="archivedcopy_is_dated_by_the_database",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.captured_at <> now()"),
                func="REJECT 'The time of archiving is set by the database.';",
            ),
            Rule(
                name="archivedcopy_text_is_of_its_source",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__snapshot__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM public.sources_snapshot
                        WHERE id = NEW.snapshot_id AND source_id = NEW.source_id
                    ) THEN
                        REJECT 'The text of an archived copy must be from the same source.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.captured_at:%Y-%m-%d %H:%M})"


class ArchivedFile(models.Model):
    """A file of an archived copy. Its bytes are in `sources.archive` under their SHA-256."""

    class Role(models.TextChoices):
        WARC = "warc", _("Server response (WARC)")
        SCREENSHOT = "screenshot", _("Screenshot")
        PDF = "pdf", _("PDF")
        UPLOAD = "upload", _("Uploaded file")

    copy = models.ForeignKey(
        ArchivedCopy, models.PROTECT, db_index=False, related_name="files", verbose_name=_("archived copy")
    )
    role = models.CharField(_("kind of copy"), max_length=20, choices=Role)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    name = models.CharField(
        _("name"), max_length=255, blank=True, help_text=_("For an upload, its original name.")
    )

    class Meta:
        ordering = ["copy", "id"]
        verbose_name = _("archived file")
        verbose_name_plural = _("archived files")
        # Permissions for a source include its copies.
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="archivedfile_one_of_each_role", fields=["copy", "role"]),
            models.CheckConstraint(
                name="archivedfile_role_is_known",
                condition=Q(role__in=["warc", "screenshot", "pdf", "upload"]),
            ),
            models.CheckConstraint(
                name="archivedfile_hash_is_sha256", condition=Q(sha256__regex=SHA256_PATTERN)
            ),
            models.CheckConstraint(name="archivedfile_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="archivedfile_has_a_media_type", condition=~Q(media_type="")),
        ]
        indexes = [
            # Used to check whether a file with a given hash is archived here.
            models.Index(name="archivedfile_by_hash", fields=["sha256"]),
        ]
        triggers = [
            *build_append_only_rules("archivedfile", "An archived file is never changed or deleted."),
            Rule(
                # The database sets the time of both rows, so a file added later would belong to a copy of
                # another moment.
                name="archivedfile_comes_with_its_copy",
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM public.archiving_archivedcopy AS copy
                        WHERE copy.id = NEW.copy_id AND copy.captured_at = now()
                            AND (copy.reason = 'upload') = (NEW.role = 'upload')
                    ) THEN
                        REJECT 'A file cannot be added to an archived copy later.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.sha256}"

    @property
    def download_name(self) -> str:
        """Return the file name for downloads."""
        moment = f"{self.copy.captured_at:%Y%m%dT%H%M%SZ}"
        return self.name or f"source-{self.copy.source_id}-{moment}.{_EXTENSIONS.get(self.media_type, 'bin')}"


class Timestamp(models.Model):
    """A signed proof that a file existed at a certain time (RFC 3161), verified before it is stored."""

    sha256 = models.CharField(_("fingerprint"), max_length=64)
    authority = AddressField(_("authority"), max_length=500)
    #: The TimeStampToken in DER, as `openssl ts -verify -token_in` reads it.
    token = models.BinaryField()
    stamped_at = models.DateTimeField(_("timestamped"))
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["stamped_at", "id"]
        verbose_name = _("timestamp")
        verbose_name_plural = _("timestamps")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="timestamp_one_of_each_authority", fields=["sha256", "authority"]),
            models.CheckConstraint(
                name="timestamp_hash_is_sha256", condition=Q(sha256__regex=SHA256_PATTERN)
            ),
            models.CheckConstraint(name="timestamp_names_its_authority", condition=~Q(authority="")),
            models.CheckConstraint(name="timestamp_has_a_token", condition=~Q(token=b"")),
        ]
        triggers = build_append_only_rules("timestamp", "A timestamp is never changed or deleted.")

    def __str__(self) -> str:
        return f"{self.stamped_at:%Y-%m-%d %H:%M:%S}: {self.sha256}"


def load_timestamps(hashes: Any) -> dict[str, list[Timestamp]]:
    """Return the timestamps of these files, keyed by SHA-256, earliest first."""
    timestamps: dict[str, list[Timestamp]] = {}
    for stamp in Timestamp.objects.filter(sha256__in=set(hashes)):
        timestamps.setdefault(stamp.sha256, []).append(stamp)
    return timestamps

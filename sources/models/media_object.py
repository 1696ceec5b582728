import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, F, Q, Value
from django.db.models.functions import Concat, Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import AddressField, PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule

SHA256_PATTERN = r"^[0-9a-f]{64}$"

#: The fields that follow from the bytes and never change.
FIXED_FIELDS = ("sha256", "size", "kind", "media_type", "created_by", "created_at")


@keep_history()
class MediaObject(models.Model):
    """A picture, recording or video that a claim is about or a verdict cites (schema.org MediaObject).

    Its bytes are archived unchanged under their SHA-256, for editors only. Readers see `public_sha256`, which is
    rendered from the pixels alone.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")

    class Keyframes(models.TextChoices):
        NONE = "", _("not a video")
        DUE = "due", _("waiting")
        TAKEN = "taken", _("extracted")
        NOT_HERE = "not_here", _("not possible on this server")
        FAILED = "failed", _("failed")

    sha256 = models.CharField(_("fingerprint of the file"), max_length=64, unique=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, editable=False)
    media_type = models.CharField(_("media type"), max_length=100, editable=False)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    content_url = AddressField(
        _("address"), max_length=2000, blank=True, help_text=_("The address of the page where it was found.")
    )
    width = models.PositiveIntegerField(_("width"), null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True, editable=False)
    duration = models.FloatField(_("length in seconds"), null=True, blank=True, editable=False)
    alternative_text = models.TextField(
        _("alternative text"),
        blank=True,
        max_length=2000,
        help_text=_("A description for people who cannot see or hear the file."),
    )
    show_to_readers = models.BooleanField(
        _("show to readers"),
        default=False,
        help_text=_(
            "When off, readers see only a description in words, for example for legal reasons or because of "
            "graphic content."
        ),
    )
    public_sha256 = models.CharField(
        _("fingerprint of the public version"), max_length=64, blank=True, editable=False
    )
    public_media_type = models.CharField(max_length=100, blank=True, editable=False)
    public_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    public_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    keyframes = models.CharField(_("frames"), max_length=10, choices=Keyframes, blank=True, editable=False)
    metadata = models.JSONField(
        _("file metadata"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Camera, time, place, software: visible to editors only."),
    )
    provenance = models.JSONField(
        _("content credentials"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_(
            "The statements of the file’s C2PA manifest, its signer, and whether the signature is valid."
        ),
    )
    caveats = models.JSONField(
        _("notes"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Notes on reading the file, for example that a part of it could not be read."),
    )
    source = models.ForeignKey(
        "sources.Source",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="media_objects",
        verbose_name=_("source"),
    )
    created_by = PersonField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("picture, audio or video")
        verbose_name_plural = _("pictures, audio and video")
        constraints = [
            CheckConstraint(
                name="mediaobject_hashes_are_sha256",
                condition=Q(sha256__regex=SHA256_PATTERN)
                & (Q(public_sha256="") | Q(public_sha256__regex=SHA256_PATTERN)),
            ),
            CheckConstraint(name="mediaobject_has_bytes", condition=Q(size__gt=0)),
            CheckConstraint(
                name="mediaobject_kind_is_known", condition=Q(kind__in=["image", "video", "audio"])
            ),
            CheckConstraint(
                name="mediaobject_kind_is_that_of_its_type",
                condition=Q(media_type__startswith=Concat(F("kind"), Value("/"))),
            ),
            CheckConstraint(
                name="mediaobject_address_is_of_the_web",
                condition=Q(content_url="") | Q(content_url__iregex=r"^(https?|ftps?)://."),
                violation_error_message=_("The address must begin with https:// or http://."),
            ),
            CheckConstraint(
                name="mediaobject_measures_are_meant",
                condition=(
                    Q(width__isnull=True, height__isnull=True)
                    | Q(width__gt=0, height__gt=0, width__isnull=False, height__isnull=False)
                )
                & (Q(duration__isnull=True) | Q(duration__gte=0, duration__lt=10_000_000)),
            ),
            CheckConstraint(
                name="mediaobject_rendition_is_complete",
                condition=Q(
                    public_sha256="",
                    public_media_type="",
                    public_width__isnull=True,
                    public_height__isnull=True,
                )
                | Q(public_sha256__regex=SHA256_PATTERN, public_width__gt=0, public_height__gt=0)
                & Q(public_width__isnull=False, public_height__isnull=False)
                & Q(public_media_type__in=["image/jpeg", "image/png", "image/webp"]),
            ),
            CheckConstraint(
                # Uploaded files contain metadata such as places and names, and may also be programs.
                name="mediaobject_readers_never_see_the_upload",
                condition=~Q(public_sha256=F("sha256")),
            ),
            CheckConstraint(
                name="mediaobject_shown_has_alternative_text",
                condition=Q(show_to_readers=False)
                | Q(alternative_text__regex=r"[^[:space:]]") & ~Q(public_sha256=""),
                violation_error_message=_(
                    "Shown only with an alternative text, and only if a preview could be made."
                ),
            ),
            CheckConstraint(
                name="mediaobject_keyframes_are_known",
                condition=Q(keyframes__in=["due", "taken", "not_here", "failed"], kind="video")
                | Q(keyframes="") & ~Q(kind="video"),
            ),
        ]
        indexes = [
            # The desk's list, by kind.
            models.Index(name="mediaobject_by_kind", fields=["kind", "-id"]),
            # Videos without frames: the worker was stopped, or FFmpeg was not installed.
            models.Index(
                name="mediaobject_due", fields=["created_at"], condition=Q(keyframes__in=["due", "not_here"])
            ),
            build_words_index(
                "mediaobject_desk_words", "filename", "content_url", "alternative_text", "sha256"
            ),
        ]
        triggers = [
            Rule(
                # Statements were made about this picture, so its content may never change.
                name="mediaobject_stays_what_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FIXED_FIELDS),
                func="REJECT 'The file cannot be replaced. Add the other one as a new file.';",
            ),
        ]

    def __str__(self) -> str:
        return self.filename or f"{self.get_kind_display()} {self.sha256[:12]}"

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import AddressField, LanguageField, PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import build_reserved_ids_rule
from sources.addresses import build_url_key

if TYPE_CHECKING:
    from .snapshot import Snapshot


class SourceQuerySet(models.QuerySet["Source"]):
    def find_by_url(self, url: str) -> "Source | None":
        """Return the source with this URL in any spelling (trackers, http/https, www, AMP), or None."""
        key = build_url_key(url)
        return self.filter(url_key=key).first() if key else None


@keep_history(exclude=["updated_at"])
class Source(models.Model):
    """A document in which claims appear or that supports a verdict (schema.org CreativeWork)."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        REPORT = "report", _("Report")
        SPEECH = "speech", _("Speech or interview")
        DOCUMENT = "document", _("Official document")
        DATASET = "dataset", _("Data set")
        STUDY = "study", _("Study")
        SOCIAL_POST = "social_post", _("Social media post")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")
        IMAGE = "image", _("Image")
        WEB_PAGE = "web_page", _("Web page")
        BOOK = "book", _("Book")
        OTHER = "other", _("Other")

    title = models.CharField(_("title"), max_length=500)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.ARTICLE)
    url = AddressField(_("address"), max_length=2000, blank=True)
    url_key = models.CharField(max_length=2000, blank=True, editable=False)
    archived_url = AddressField(
        _("archived copy"), max_length=2000, blank=True, help_text=_("For example at a public web archive.")
    )
    publisher = models.ForeignKey(
        "sources.Publisher",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name=_("publisher"),
    )
    byline = models.CharField(_("byline"), max_length=500, blank=True)
    published_on = models.DateField(
        _("published on"), null=True, blank=True, validators=[bounds.validate_plausible_day]
    )
    language = LanguageField(_("language"), blank=True)
    show_text = models.BooleanField(
        _("show the text to readers"),
        default=True,
        help_text=_(
            "When off, the public page shows only the quoted passages, for example for copyright reasons."
        ),
    )
    notes = models.TextField(_("internal notes"), blank=True)
    created_by = PersonField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(name="source_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="source_kind_is_known",
                condition=Q(
                    kind__in=[
                        *("article", "report", "speech", "document", "dataset", "study", "social_post"),
                        *("video", "audio", "image", "web_page", "book", "other"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="source_address_is_of_the_web",
                condition=Q(url="") | Q(url__iregex=r"^(https?|ftps?)://."),
                violation_error_message=_("The address must begin with https:// or http://."),
            ),
            bounds.build_plausible_days_constraint("source_days_are_in_sight", "published_on"),
            UniqueConstraint(
                name="source_address_is_unique",
                fields=["url_key"],
                condition=~Q(url_key=""),
                violation_error_message=_("There is already a source with this address."),
            ),
        ]
        indexes = [
            # An edited version of a text that has no address is recognised by its title.
            models.Index(Upper("title"), name="source_by_title", condition=Q(url_key="")),
            # Searches of sources, and of snapshots by them.
            build_words_index("source_desk_words", "title", "url", "byline"),
        ]
        triggers = [build_reserved_ids_rule("sources_source", history="sources_sourceevent")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.url_key = build_url_key(self.url)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through unchanged

    def clean(self) -> None:
        self.url_key = build_url_key(self.url)

    def get_latest_snapshot(self) -> "Snapshot | None":
        """Return the latest snapshot, or None if nothing has been captured yet."""
        return self.snapshots.order_by("-number").first()

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Index, OuterRef, Q, Subquery, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.model_fields import AddressField, LanguageField, PersonField
from factcheck.database.rules import build_append_only_rules

MAX_PAGE_LENGTH = 100_000


class NewsroomPageQuerySet(models.QuerySet["NewsroomPage"]):
    def current(self) -> Self:
        """Return the newest version of each page in each language."""
        page_versions = NewsroomPage.objects.filter(kind=OuterRef("kind"), language=OuterRef("language"))
        return self.filter(pk=Subquery(page_versions.order_by("-version").values("pk")[:1]))


class NewsroomPage(models.Model):
    """One version of a page about the newsroom, in one language. It is public as soon as it is stored.

    Versions are only added, so anyone can look up what readers saw about funding or methods on any day.
    """

    class Kind(models.TextChoices):
        METHODOLOGY = "methodology", _("How we work")
        CORRECTIONS_POLICY = "corrections-policy", _("Corrections and complaints")
        NONPARTISANSHIP = "nonpartisanship", _("Independence and fairness")
        FUNDING = "funding", _("Funding")
        ORGANISATION = "organisation", _("Who we are")
        TEAM = "team", _("Our people")
        CONTACT = "contact", _("Contact")

    kind = models.CharField(_("page"), max_length=20, choices=Kind)
    language = LanguageField(_("language"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), max_length=MAX_PAGE_LENGTH, help_text=_("Markdown."), blank=True)
    url = AddressField(
        _("or its address"),
        max_length=2000,
        blank=True,
        help_text=_("The address, if the page is on the newsroom’s own site."),
    )
    note = models.CharField(
        _("change note"),
        max_length=500,
        blank=True,
        help_text=_("For readers; required from the second version on."),
    )
    created_by = PersonField(null=True, editable=False)
    created_at = models.DateTimeField(_("published"), db_default=Now(), editable=False)

    objects = NewsroomPageQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "language", "-version"]
        verbose_name = _("newsroom page")
        verbose_name_plural = _("newsroom pages")
        default_permissions = ("add", "view")
        constraints = [
            UniqueConstraint(name="newsroompage_version_is_unique", fields=["kind", "language", "version"]),
            CheckConstraint(
                name="newsroompage_kind_is_known",
                condition=Q(
                    kind__in=[
                        *("methodology", "corrections-policy", "nonpartisanship", "funding"),
                        *("organisation", "team", "contact"),
                    ]
                ),
            ),
            CheckConstraint(
                name="newsroompage_says_something",
                condition=Q(title__regex=r"\S") & (Q(text__regex=r"\S") | ~Q(url="")),
                violation_error_message=_("Write the page, or enter its address."),
            ),
            CheckConstraint(
                name="newsroompage_change_is_told",
                condition=Q(version=1) | Q(note__regex=r"\S"),
                violation_error_message=_(
                    "Describe the change in one sentence. Readers see the note beside the page."
                ),
            ),
            bounds.build_length_constraint("newsroompage_text_fits", "text", MAX_PAGE_LENGTH),
        ]
        indexes = [
            # The page that a reader requests, and its versions.
            Index(F("kind"), F("language"), F("version").desc(), name="newsroompage_newest"),
        ]
        triggers = build_append_only_rules(
            "newsroompage", "A published newsroom page cannot be changed: write a new version."
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language}), {self.version}"

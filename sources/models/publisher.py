from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from factcheck.fields import LanguageField, same_as_field
from factcheck.history import keep_history
from sources.urls import domain, hosts


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def house(self) -> "Publisher":
        """The newsroom that runs this installation.

        Raises:
            Publisher.DoesNotExist: before the first `migrate`, which creates it.
        """
        return self.get(is_house=True)

    def known(self, names: Iterable[str], hosts: Iterable[str]) -> Self:
        """Those of one of these names, in lower case, and those at one of these hosts, the eldest first."""
        at = [*hosts]
        sites = [
            f"{scheme}://{layout}{host}{end}"
            for host in at
            for scheme in ("https", "http")
            for layout in ("", "www.")
            for end in ("", "/")
        ]
        rows = self.alias(lower=Lower("name"))
        return rows.filter(
            Q(lower__in=[name for name in names if name]) | Q(domain__in=at) | Q(same_as__overlap=sites)
        ).order_by("pk")

    def at(self, domains: Iterable[str]) -> Self:
        """Those at these domains; the house, if it names no domain of its own, at the one of this site."""
        wanted = set(domains)
        found = Q(domain__in=wanted)
        if domain(settings.SITE_URL) in wanted:
            found |= Q(is_house=True, domain="")
        return self.filter(found)


@keep_history()
class Publisher(models.Model):
    """Who publishes sources or verdicts: a newsroom, an agency, a ministry, an institute (schema.org Organization)."""

    class Kind(models.TextChoices):
        FACT_CHECKER = "fact_checker", _("Fact-checker")
        NEWS = "news", _("News outlet")
        AGENCY = "agency", _("News agency")
        GOVERNMENT = "government", _("Government")
        INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental organisation")
        RESEARCH = "research", _("Research institution")
        CIVIL_SOCIETY = "civil_society", _("Civil society")
        COMPANY = "company", _("Company")
        PLATFORM = "platform", _("Platform")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    url = models.URLField(_("site"), max_length=500, blank=True)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        blank=True,
        help_text=_(
            "By which addresses are recognised as this publisher's; taken from the site when left empty."
        ),
    )
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 code such as DE.")
    )
    language = LanguageField(_("language"), blank=True)
    same_as = same_as_field()
    is_house = models.BooleanField(_("our newsroom"), default=False, editable=False)
    ifcn_signatory = models.BooleanField(
        _("IFCN signatory"),
        default=False,
        help_text=_(
            "Verified signatory of the code of principles of the International Fact-Checking Network."
        ),
    )

    objects = PublisherQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        constraints = [
            models.CheckConstraint(name="publisher_has_a_name", condition=~Q(name="")),
            UniqueConstraint(name="publisher_one_house", fields=["is_house"], condition=Q(is_house=True)),
            UniqueConstraint(
                name="publisher_domain_is_unique",
                fields=["domain"],
                condition=~Q(domain=""),
                violation_error_message=_("Another publisher already has this domain."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hosts(self) -> list[str]:
        """Where its pages stand: its domain, and whole sites that it names as the same."""
        sites = [hosts(url)[:1] for url in self.same_as if url.partition("://")[2].rstrip("/").find("/") < 0]
        return [*filter(None, [self.domain]), *(host for found in sites for host in found)]

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.domain:
            self.domain = domain(self.url)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through unchanged

    def clean(self) -> None:
        if not self.domain:
            self.domain = domain(self.url)

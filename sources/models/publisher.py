import unicodedata
from collections.abc import Iterable
from typing import Self

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import OWNER_SQL, Rule, build_snapshot_check_sql
from sources.addresses import get_domain, list_hosts
from sources.models.same_as import build_canonical_constraint, build_same_as_field

HOUSE_NAME_RULE = "publisher_has_not_the_name_of_the_house"
OWNER_NAME_RULE = "publisher_house_is_named_by_the_owner"
NEW_PUBLISHER_RULE = "publisher_comes_without_the_name_of_the_house"


def normalise_name(name: str) -> str:
    """Return a name's letters and digits in lower case, for comparing names as readers do."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def has_house_name(name: str) -> bool:
    """Return whether this is the newsroom's name, so that readers would mistake the publisher for the newsroom."""
    newsroom_names = Publisher.objects.filter(is_house=True).values_list("name", flat=True)
    return any(normalise_name(name) == normalise_name(newsroom_name) for newsroom_name in newsroom_names)


def build_normalised_name_sql(name: str) -> str:
    """Return SQL that normalises a column like `normalise_name`."""
    return f"regexp_replace(lower(normalize({name}, NFKC)), '[^[:alnum:]]', '', 'g')"


def _build_house_name_check_sql(rule: str) -> str:
    return f"""
        {build_snapshot_check_sql(rule)}
        -- Held: a house that takes this name meanwhile does so before or after this.
        PERFORM FROM public.sources_publisher WHERE is_house FOR SHARE;
        IF EXISTS (
            SELECT FROM public.sources_publisher WHERE is_house AND {build_normalised_name_sql("name")} = {
        build_normalised_name_sql("NEW.name")
    }
        ) THEN
            REJECT 'Another newsroom cannot have the name of this one: its fact checks would look like ours.';
        END IF;
        RETURN NEW;
    """


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def get_house(self) -> "Publisher":
        """Return the newsroom that runs this installation.

        Raises:
            Publisher.DoesNotExist: the first `migrate`, which creates the newsroom, has not run.
        """
        return self.get(is_house=True)

    def match(self, names: Iterable[str], hosts: Iterable[str]) -> Self:
        """Return publishers with one of these lower-case names or hosts, oldest first."""
        domains = [*hosts]
        sites = [
            f"{scheme}://{layout}{host}{slash}"
            for host in domains
            for scheme in ("https", "http")
            for layout in ("", "www.")
            for slash in ("", "/")
        ]
        rows = self.alias(lower=Lower("name"))
        return rows.filter(
            Q(lower__in=[name for name in names if name]) | Q(domain__in=domains) | Q(same_as__overlap=sites)
        ).order_by("pk")

    def with_domains(self, domains: Iterable[str]) -> Self:
        """Return publishers with these domains. A newsroom without a domain is found by this site's domain."""
        hosts_wanted = set(domains)
        condition = Q(domain__in=hosts_wanted)
        if get_domain(settings.SITE_URL) in hosts_wanted:
            condition |= Q(is_house=True, domain="")
        return self.filter(condition)


@keep_history()
class Publisher(models.Model):
    """A publisher of sources or verdicts: a newsroom, agency, ministry or institute (schema.org Organization)."""

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
        help_text=_("The domains of this publisher’s addresses; taken from the site if left empty."),
    )
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 code such as DE.")
    )
    language = LanguageField(_("language"), blank=True)
    same_as = build_same_as_field()
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
            build_canonical_constraint("publisher_same_as_is_canonical"),
            models.CheckConstraint(name="publisher_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="publisher_kind_is_known",
                condition=Q(
                    kind__in=[
                        *("fact_checker", "news", "agency", "government", "intergovernmental", "research"),
                        *("civil_society", "company", "platform", "other"),
                    ]
                ),
            ),
            UniqueConstraint(name="publisher_one_house", fields=["is_house"], condition=Q(is_house=True)),
            UniqueConstraint(
                name="publisher_domain_is_unique",
                fields=["domain"],
                condition=~Q(domain=""),
                violation_error_message=_("Another publisher already has this domain."),
            ),
        ]
        indexes = [
            # Searches of publishers, and of sources and ratings by them.
            build_words_index("publisher_desk_words", "name", "domain"),
        ]
        triggers = [
            Rule(
                # Otherwise another publisher could become the newsroom, and its verdicts ours without a sign-off.
                name="publisher_house_is_from_the_beginning",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_house=False, new__is_house=True),
                func="REJECT 'An existing publisher cannot become the newsroom itself.';",
            ),
            Rule(
                # Otherwise another publisher could replace the newsroom, whose verdicts would lose their publisher.
                name="publisher_house_stays_the_house",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_house=True, new__is_house=False),
                func="""
                    REJECT 'The newsroom''s own publisher must stay: verdicts were published in its name.';
                """,
            ),
            Rule(
                # The newsroom's own publisher decides whose verdicts need sign-offs: `migrate` sets it, or a restore.
                name=OWNER_NAME_RULE,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func=f"""
                    IF coalesce(NEW.is_house, OLD.is_house) AND current_user <> {OWNER_SQL} THEN
                        REJECT 'Only the owner of the database can choose our own publisher.';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
            Rule(
                name=HOUSE_NAME_RULE,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.name <> OLD.name AND NOT NEW.is_house"),
                func=_build_house_name_check_sql(HOUSE_NAME_RULE),
            ),
            Rule(
                name=NEW_PUBLISHER_RULE,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__is_house=False),
                func=_build_house_name_check_sql(NEW_PUBLISHER_RULE),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self._set_domain()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through unchanged

    def clean(self) -> None:
        self._set_domain()
        if self._imitates_house():
            raise ValidationError({"name": _("Our own newsroom has this name. Choose another.")})

    def _set_domain(self) -> None:
        if not self.domain:
            self.domain = "".join(list_hosts(self.url)[-1:])

    def _imitates_house(self) -> bool:
        """Return whether a change would make the publisher look like this newsroom."""
        if self.is_house or Publisher.objects.filter(pk=self.pk, name=self.name).exists():
            return False
        return has_house_name(self.name)

    @property
    def hosts(self) -> list[str]:
        """Return the hosts of the publisher's pages: its domain, and other sites listed as its own."""
        sites = [
            list_hosts(url)[:1] for url in self.same_as if url.partition("://")[2].rstrip("/").find("/") < 0
        ]
        return [*filter(None, [self.domain]), *(host for site_hosts in sites for host in site_hosts)]

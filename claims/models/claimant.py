from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from factcheck.database.desk_words import build_words_index
from factcheck.database.row_history import keep_history
from factcheck.database.rules import build_reserved_ids_rule
from sources.models.same_as import build_canonical_constraint, build_same_as_field


@keep_history()
class Claimant(models.Model):
    """A claimant (schema.org `itemReviewed.author`), with the body that the claimant speaks for (`affiliation`)."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANIZATION = "organization", _("Organisation")
        GROUP = "group", _("Group of people")
        UNKNOWN = "unknown", _("Not identified")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PERSON)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)
    affiliation = models.CharField(
        _("party or organisation"),
        max_length=200,
        blank=True,
        help_text=_(
            "The party or organisation that the claimant represents, always in the same spelling, "
            "so that checks per party are counted correctly."
        ),
    )
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 code such as DE.")
    )
    same_as = build_same_as_field()
    notes = models.TextField(_("internal notes"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("claimant")
        verbose_name_plural = _("claimants")
        constraints = [
            build_canonical_constraint("claimant_same_as_is_canonical"),
            models.CheckConstraint(name="claimant_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="claimant_kind_is_known",
                condition=Q(kind__in=["person", "organization", "group", "unknown"]),
            ),
        ]
        indexes = [
            # Imports and the article reader find a claimant by name, whatever its case.
            models.Index(Lower("name"), name="claimant_by_lower_name"),
            # Parties and organisations, by which a list of claims can be filtered.
            models.Index("affiliation", name="claimant_by_affiliation"),
            # Identifiers of an authority: for imports, and the API's `same_as`.
            GinIndex("same_as", name="claimant_by_same_as"),
            # Searches for claimants, and for claims by claimant.
            build_words_index("claimant_desk_words", "name", "job_title", "affiliation"),
        ]
        triggers = [build_reserved_ids_rule("claims_claimant", history="claims_claimantevent")]

    def __str__(self) -> str:
        return f"{self.name}, {self.job_title}" if self.job_title else self.name

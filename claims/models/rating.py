import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, build_snapshot_check_sql

COLOUR_VALIDATOR = RegexValidator(r"^#[0-9a-f]{6}$", _("Enter a colour as #rrggbb in lower case."))


class RatingClass(models.TextChoices):
    """The ten classes to which the ratings of all publishers are mapped, so that they can be compared."""

    TRUE = "true", _("True")
    MOSTLY_TRUE = "mostly_true", _("Mostly true")
    MIXED = "mixed", _("Mixed")
    MOSTLY_FALSE = "mostly_false", _("Mostly false")
    FALSE = "false", _("False")
    MISLEADING = "misleading", _("Misleading")
    UNPROVEN = "unproven", _("Unproven")
    SATIRE = "satire", _("Satire")
    OUTDATED = "outdated", _("Outdated")
    NOT_RATED = "not_rated", _("Not rated")


@keep_history()
class RatingScale(models.Model):
    """A publisher's ratings in one version of its methodology."""

    publisher = models.ForeignKey(
        "sources.Publisher",
        models.PROTECT,
        db_index=False,
        related_name="rating_scales",
        verbose_name=_("publisher"),
    )
    name = models.CharField(_("name"), max_length=200)
    version = models.CharField(_("methodology version"), max_length=50)
    language = LanguageField(_("language"))
    methodology = models.TextField(_("methodology"), blank=True)
    methodology_url = models.URLField(_("methodology page"), max_length=500, blank=True)
    in_use = models.BooleanField(_("available for new verdicts"), default=True)

    class Meta:
        ordering = ["publisher", "name", "-version"]
        verbose_name = _("rating scale")
        verbose_name_plural = _("rating scales")
        constraints = [
            UniqueConstraint(name="ratingscale_version_is_unique", fields=["publisher", "name", "version"]),
        ]
        triggers = [
            # Only verdicts of the scale's publisher use its ratings.
            Rule(
                name="ratingscale_publisher_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("publisher"),
                func="REJECT 'A scale cannot be moved to another publisher. Create another one.';",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


@keep_history()
class Rating(models.Model):
    """One step of a scale (schema.org Rating): the publisher's own words, and the rating class."""

    scale = models.ForeignKey(
        RatingScale, models.PROTECT, db_index=False, related_name="ratings", verbose_name=_("scale")
    )
    code = models.SlugField(_("code"), max_length=100, allow_unicode=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("label"), max_length=200, help_text=_("In the language of the scale."))
    rating_class = models.CharField(
        _("rating class"),
        max_length=20,
        choices=RatingClass,
        blank=True,
        help_text=_("Empty until an editor assigns a class. Labels are never mapped by guesswork."),
    )
    definition = models.TextField(_("definition"), blank=True)
    labels = models.JSONField(_("labels in other languages"), default=dict, blank=True)
    definitions = models.JSONField(_("definitions in other languages"), default=dict, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOUR_VALIDATOR])
    text_colour = models.CharField(_("text colour"), max_length=7, blank=True, validators=[COLOUR_VALIDATOR])
    colour_dark = models.CharField(
        _("colour on dark pages"), max_length=7, blank=True, validators=[COLOUR_VALIDATOR]
    )
    text_colour_dark = models.CharField(
        _("text colour on dark pages"), max_length=7, blank=True, validators=[COLOUR_VALIDATOR]
    )

    class Meta:
        ordering = ["scale", "position", "label"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            UniqueConstraint(name="rating_code_is_unique_per_scale", fields=["scale", "code"]),
            UniqueConstraint(name="rating_label_is_unique_per_scale", fields=["scale", "label"]),
            models.CheckConstraint(name="rating_has_a_label", condition=~Q(label="")),
            models.CheckConstraint(
                name="rating_class_is_known", condition=Q(rating_class__in=["", *RatingClass.values])
            ),
        ]
        indexes = [
            # The queue of labels without a rating class.
            models.Index(name="rating_unmapped", fields=["scale"], condition=Q(rating_class="")),
            # Searches of ratings, and the choice of a verdict's rating.
            build_words_index("rating_desk_words", "label", "code"),
        ]
        triggers = [
            Rule(
                name="rating_label_is_frozen_once_used",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("label", "code", "scale"),
                func=f"""
                    {build_snapshot_check_sql("rating_label_is_frozen_once_used")}
                    -- Waits for transactions that give a verdict this rating, and blocks new ones.
                    PERFORM FROM public.claims_rating WHERE id = OLD.id FOR UPDATE;
                    IF EXISTS (
                        SELECT FROM public.claims_verdict WHERE rating_id = OLD.id AND state <> 'draft'
                    ) THEN
                        REJECT 'A verdict uses this rating, so its label, code and scale cannot be changed. Add
                            a new version of the scale.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="rating_stays_with_its_publisher",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("scale"),
                func="""
                    -- A scale that is inserted later in the transaction does not count yet.
                    IF (SELECT publisher_id FROM public.claims_ratingscale WHERE id = OLD.scale_id) IS DISTINCT FROM
                        (SELECT publisher_id FROM public.claims_ratingscale WHERE id = NEW.scale_id)
                    THEN
                        REJECT 'A rating cannot be moved to another publisher''s scale, because verdicts may use
                            it.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.get_label(get_language() or "")

    def get_label(self, language: str) -> str:
        """Return the label in `language` if the scale has it, otherwise in the scale's own language."""
        # In a form with invalid JSON, the field is None until the form is rejected.
        labels = self.labels or {}
        return labels.get(language) or labels.get(language.partition("-")[0]) or self.label

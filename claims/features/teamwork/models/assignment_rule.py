from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork.models.assignment import Priority
from factcheck.database import bounds
from factcheck.database.model_fields import LanguageField, PersonField, build_creator_field
from factcheck.database.row_history import keep_history

MAX_DELAY_DAYS = 365
MAX_WORDS_LENGTH = 1000


@keep_history()
class AssignmentRule(models.Model):
    """A rule for new claims: conditions, and the assignee, due date, priority and followers to set.

    A claim must meet all conditions that are set. Rules apply in order. The assignee, the due date and the
    priority are each decided by the first rule that sets them.
    """

    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(
        _("order"), default=100, help_text=_("Rules with a lower number are applied first.")
    )
    active = models.BooleanField(
        _("active"),
        default=False,
        help_text=_("Save the rule first, then see below what it would have done."),
    )

    topic = models.ForeignKey(
        "claims.Topic",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("topic"),
        help_text=_("The topic or one of its subtopics. New claims from articles have no topics yet."),
    )
    language = LanguageField(
        _("language"), blank=True, help_text=_("A tag such as en, pt-BR or ko. en includes en-GB.")
    )
    publisher = models.ForeignKey(
        "sources.Publisher",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("publisher of the source"),
    )
    source = models.ForeignKey(
        "sources.Source", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    claimant = models.ForeignKey(
        "claims.Claimant", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("claimant")
    )
    worth_at_least = models.FloatField(
        _("check-worthiness at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("From 0 to 1: 0.7 means 70 per cent."),
    )
    words = models.TextField(
        _("words"),
        max_length=MAX_WORDS_LENGTH,
        blank=True,
        help_text=_(
            "One word or phrase per line. The statement must contain at least one; upper and lower case do not matter."
        ),
    )

    person = PersonField(_("assign to"), models.CASCADE, null=True, blank=True)
    role = models.ForeignKey(
        Group,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or assign to the person with the least work in the role"),
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, null=True, blank=True)
    due_in_days = models.PositiveSmallIntegerField(
        _("due in days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_DELAY_DAYS)],
        help_text=_("0 means the day on which the claim arrives."),
    )
    follower = PersonField(
        _("follower"),
        models.CASCADE,
        null=True,
        blank=True,
        help_text=_("The person who is notified about the claim. The assignee always follows it."),
    )
    created_by = build_creator_field()
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        constraints = [
            CheckConstraint(name="assignmentrule_has_a_name", condition=~Q(name="")),
            CheckConstraint(
                name="assignmentrule_worth_is_a_share",
                condition=Q(worth_at_least__isnull=True) | Q(worth_at_least__range=(0, 1)),
                violation_error_message=_("The check-worthiness must be between 0 and 1."),
            ),
            CheckConstraint(
                name="assignmentrule_priority_is_known",
                condition=Q(priority__isnull=True) | Q(priority__in=Priority.values),
            ),
            CheckConstraint(
                name="assignmentrule_delay_is_bounded",
                condition=Q(due_in_days__isnull=True) | Q(due_in_days__lte=MAX_DELAY_DAYS),
                violation_error_message=_("At most 365 days."),
            ),
            CheckConstraint(
                name="assignmentrule_one_way_to_assign",
                condition=Q(person__isnull=True) | Q(role__isnull=True),
                violation_error_message=_("Choose a person or a role, not both."),
            ),
            CheckConstraint(
                name="assignmentrule_does_something",
                condition=Q(person__isnull=False)
                | Q(role__isnull=False)
                | Q(priority__isnull=False)
                | Q(due_in_days__isnull=False)
                | Q(follower__isnull=False),
                violation_error_message=_(
                    "Choose what the rule does: set an assignee, a priority, a due date or a follower."
                ),
            ),
            bounds.build_length_constraint("assignmentrule_words_fit", "words", MAX_WORDS_LENGTH),
        ]

    def __str__(self) -> str:
        return self.name

from collections.abc import Mapping
from typing import Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Index, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.reply.models import reply_rules
from claims.models.verdict import Verdict
from claims.models.visibility import filter_readable
from factcheck.database.bulk_copy import copy_rows
from factcheck.database.model_fields import LanguageField, PersonField
from factcheck.database.row_history import keep_history

#: Fields with notes by the software, which are part of neither the question nor the reply.
AUTOMATIC_FIELDS = ("answer_recorded_at", "mail_asked_at", "sent_by_id", "sent_by_name", "carried_from_id")


class ReplyRequestQuerySet(models.QuerySet["ReplyRequest"]):
    def readable_by(self, person: User) -> Self:
        """Return the requests that this person may read. Public pages never show contact details."""
        return filter_readable(self, person, own_or_published=Q(verdict__author=person))

    def for_readers(self) -> Self:
        """Return requests with public content: sent requests, and rows that state a reason for not asking."""
        return self.filter(~Q(not_asked="") | Q(sent_at__isnull=False))

    def unanswered(self) -> Self:
        """Return sent requests without a reply."""
        return self.filter(sent_at__isnull=False, answered_at=None)

    def with_running_deadline(self) -> Self:
        """Return requests whose deadline has not passed, by the database's clock."""
        return self.unanswered().filter(answer_by__gt=Now())

    def needing_attention(self) -> Self:
        """Return unanswered requests on unpublished verdicts or with a running deadline, which need attention."""
        return self.unanswered().filter(
            # A request that was copied to a newer version is handled at that version.
            Q(carried_to=None),
            Q(verdict__state__in=[Verdict.State.DRAFT, Verdict.State.IN_REVIEW])
            | Q(verdict__state=Verdict.State.PUBLISHED, answer_by__gt=Now()),
        )


@keep_history(exclude=["address", "reminded_at", "mail_problem"])
class ReplyRequest(models.Model):
    """A request for reply with the reply, or the reason for not asking.

    It belongs to one version of a verdict and is published with it. The person's contact details are personal
    data: no publication, export or history contains them.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        TELEPHONE = "telephone", _("Telephone")
        FORM = "form", _("Contact form")
        LETTER = "letter", _("Letter")
        SOCIAL_MEDIA = "social_media", _("Social media")
        IN_PERSON = "in_person", _("In person")
        OTHER = "other", _("By other means")

    class NotAskingReason(models.TextChoices):
        """The reasons for not asking; `not_asked_reasons.toml` has their public wording."""

        PUBLIC_RECORD = "public_record", _("The public record speaks for itself")
        PUBLISHED_WORDS = "published_words", _("The verdict only quotes what the person has published")
        NO_WAY = "no_way", _("There is no way to contact the person")
        DANGER = "danger", _("Asking would put people in danger")
        NOT_IDENTIFIED = "not_identified", _("The person’s identity is not known")
        OTHER = "other", _("Another reason")

    class AnswerDisplay(models.TextChoices):
        """The part of a reply that readers see."""

        FULL = "full", _("Full reply")
        EXCERPT = "excerpt", _("An excerpt, word for word")
        STATEMENT = "statement", _("A summary in our own words")
        NOTHING = "nothing", _("Only the fact that a reply arrived")

    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, related_name="reply_requests", verbose_name=_("verdict")
    )
    claimant = models.ForeignKey(
        "claims.Claimant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reply_requests",
        verbose_name=_("claimant"),
    )
    party = models.CharField(
        _("someone other than the claimant"),
        max_length=200,
        blank=True,
        help_text=_("A person or organisation that the verdict is about, other than the claimant."),
    )
    not_asked = models.CharField(
        _("reason for not asking"), max_length=20, choices=NotAskingReason, blank=True
    )
    not_asked_note = models.TextField(
        _("the reason in our own words"),
        max_length=reply_rules.MAX_NOTE_LENGTH,
        blank=True,
        help_text=_("Shown to readers. If empty, they see the standard wording for the reason."),
    )

    channel = models.CharField(_("method"), max_length=20, choices=Channel, blank=True)
    address = models.CharField(
        _("contact address"),
        max_length=500,
        blank=True,
        help_text=_(
            "Email address, telephone number or account. Only the newsroom sees it; it is deleted later."
        ),
    )
    language = LanguageField(_("language"), blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("question"), max_length=reply_rules.MAX_TEXT_LENGTH, blank=True)
    answer_by = models.DateTimeField(_("deadline"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = PersonField(null=True, editable=False)
    sent_by_name = models.CharField(
        _("sent by"),
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("The name of the person at that time."),
    )
    #: Since when the request has waited for the worker to email it; None if a person sends it.
    mail_asked_at = models.DateTimeField(null=True, editable=False)
    mail_problem = models.TextField(blank=True, editable=False)
    #: The Message-ID of the email (RFC 5322); empty if the request was made in another way.
    message_id = models.CharField(max_length=300, blank=True, editable=False)
    #: When people were notified that the deadline had passed.
    reminded_at = models.DateTimeField(null=True, editable=False)

    answered_at = models.DateTimeField(_("replied"), null=True, blank=True)
    #: When the reply was recorded here, which shows whether a publication could include it.
    answer_recorded_at = models.DateTimeField(null=True, editable=False)
    answer_channel = models.CharField(_("channel of the reply"), max_length=20, choices=Channel, blank=True)
    answer = models.TextField(_("the reply"), max_length=reply_rules.MAX_ANSWER_LENGTH, blank=True)
    answer_display = models.CharField(_("shown to readers"), max_length=10, choices=AnswerDisplay, blank=True)
    excerpt = models.TextField(
        _("excerpt"),
        max_length=reply_rules.MAX_EXCERPT_LENGTH,
        blank=True,
        help_text=_("The exact words of the reply, with […] for omissions."),
    )
    statement = models.TextField(
        _("in our own words"),
        max_length=reply_rules.MAX_EXCERPT_LENGTH,
        blank=True,
        help_text=_("The full reply."),
    )

    #: The same request on the previous version.
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="carried_to"
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = ReplyRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("request for reply")
        verbose_name_plural = _("requests for reply")
        constraints = [
            reply_rules.PARTY_CONSTRAINT,
            reply_rules.REASON_CONSTRAINT,
            reply_rules.CHANNEL_CONSTRAINT,
            reply_rules.ASKED_OR_REASON_CONSTRAINT,
            reply_rules.OTHER_REASON_CONSTRAINT,
            reply_rules.SENT_CONSTRAINT,
            reply_rules.ANSWER_CONSTRAINT,
            *reply_rules.LENGTH_CONSTRAINTS,
        ]
        indexes = [
            # Open requests, earliest deadline first: for their list and for notifications.
            Index(
                name="replyrequest_awaited",
                fields=["answer_by"],
                condition=Q(sent_at__isnull=False, answered_at=None),
            ),
            # Requests whose contact details are due for deletion.
            Index(name="replyrequest_with_address", fields=["sent_at"], condition=~Q(address="")),
        ]
        triggers = [reply_rules.INSERT_RULE, reply_rules.UPDATE_RULE, reply_rules.MOMENTS_RULE]

    def __str__(self) -> str:
        return self.recipient_name

    @property
    def recipient_name(self) -> str:
        """Return the name of the person asked for a reply, as shown to readers."""
        return self.claimant.name if self.claimant else self.party

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def has_public_content(self) -> bool:
        """Return whether the request has public content, by the same rule as `for_readers()` of the QuerySet."""
        return bool(self.not_asked) or self.sent_at is not None


def carry_replies_over(successors: Mapping[int, int]) -> None:
    """Copy requests and replies to new versions of their verdicts; `successors` maps old verdict ids to new ones."""
    rows = list(ReplyRequest.objects.filter(verdict__in=successors).order_by("pk"))
    old_requests = ("id", "verdict", "created_at", "carried_from")
    names = [field.attname for field in ReplyRequest._meta.concrete_fields if field.name not in old_requests]
    copy_rows(
        ReplyRequest,
        [
            ReplyRequest(
                verdict_id=successors[row.verdict_id],
                carried_from_id=row.pk,
                **{name: getattr(row, name) for name in names},
            )
            for row in rows
        ],
    )

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.newsroom.notifications import NotificationKind
from factcheck.database import bounds
from factcheck.database.model_fields import LanguageField, build_creator_field
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule

_Kind = NotificationKind
#: The events that channels can receive: those that concern more people than the one notified at the desk.
CHAT_KINDS = (
    _Kind.SUBMITTED,
    _Kind.RETURNED,
    _Kind.SIGNED_OFF,
    _Kind.PUBLISHED,
    _Kind.RETRACTED,
    _Kind.NOT_PUBLISHED,
    _Kind.LINK_LOST,
    _Kind.OVERDUE,
    _Kind.COMMENTED,
    _Kind.ACCEPTED,
    _Kind.DECLINED,
    _Kind.MERGED,
    _Kind.UNMERGED,
)

_CHOICES = [(kind.value, kind.label) for kind in CHAT_KINDS]

#: Only encrypted URLs, except on this machine, for tests and the demo.
ADDRESS_PATTERN = r"^(https://[^\s@]+|http://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/\S*)?)$"


class ChatChannelQuerySet(models.QuerySet["ChatChannel"]):
    def active(self) -> Self:
        """Return the channels that are switched on."""
        return self.filter(active=True)


# Anyone who knows the URL can write to the channel, so the URL is stored only in the channel's row, not in its history.
@keep_history(exclude=["address"])
class ChatChannel(models.Model):
    """A channel of a chat tool, which receives messages about claims through an incoming webhook."""

    class Shape(models.TextChoices):
        SLACK = "slack", _("Slack, Mattermost, Rocket.Chat")
        TEAMS = "teams", _("Microsoft Teams (Workflows)")
        JSON = "json", _("Plain JSON")

    name = models.CharField(_("name"), max_length=100, unique=True)
    shape = models.CharField(_("message format"), max_length=10, choices=Shape)
    address = models.CharField(_("address"), max_length=2000)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=_CHOICES),
        verbose_name=_("messages sent"),
        default=list,
        blank=True,
        help_text=_("If you choose none, everything is sent."),
    )
    topics = models.ManyToManyField(
        "claims.Topic",
        blank=True,
        related_name="+",
        verbose_name=_("topics"),
        help_text=_("Only claims on these topics. If you choose none, claims on any topic."),
    )
    languages = ArrayField(
        LanguageField(),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_(
            "Only claims in these languages, separated by commas, such as: en, pt-BR. Leave empty for all."
        ),
    )
    includes_text = models.BooleanField(
        _("include notes and comments"),
        default=False,
        help_text=_(
            "When off, a message names the event and the claim, with a link. When on, it also contains notes "
            "and comments, which everyone in the channel can read."
        ),
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("While this is off, nothing is sent.")
    )
    created_by = build_creator_field()
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    objects = ChatChannelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("chat channel")
        verbose_name_plural = _("chat channels")
        constraints = [
            CheckConstraint(name="chatchannel_has_a_name", condition=~Q(name="")),
            CheckConstraint(
                name="chatchannel_shape_is_known", condition=Q(shape__in=["slack", "teams", "json"])
            ),
            CheckConstraint(
                name="chatchannel_address_is_encrypted",
                condition=Q(address__regex=ADDRESS_PATTERN),
                violation_error_message=_("The address must begin with https://."),
            ),
            CheckConstraint(
                name="chatchannel_kinds_are_known", condition=Q(kinds__contained_by=[*CHAT_KINDS])
            ),
        ]
        triggers = [
            Rule(
                name="chatchannel_begins",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO public.teamwork_chatprogress (channel_id, failures, failure) VALUES (NEW.id, 0, '');
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChatProgress(models.Model):
    """The count of a chat channel's failed deliveries. A trigger creates the row when the channel is created."""

    channel = models.OneToOneField(ChatChannel, models.CASCADE, primary_key=True, related_name="progress")
    #: The number of consecutive failures, and the last error.
    failures = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    sent_at = models.DateTimeField(_("last message"), null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="chatprogress_failing_says_why",
                condition=Q(failures=0, failure="") | Q(failures__gt=0) & ~Q(failure=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.failure or self.sent_at}"


class ChatMessage(models.Model):
    """A message to a channel, with its delivery state. It is kept for some weeks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Abandoned")

    channel = models.ForeignKey(
        ChatChannel, models.CASCADE, db_index=False, related_name="messages", verbose_name=_("chat channel")
    )
    kind = models.CharField(_("event"), max_length=20, choices=_CHOICES)
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, null=True, related_name="+", verbose_name=_("verdict")
    )
    comment = models.ForeignKey(
        "teamwork.Comment", models.CASCADE, null=True, related_name="+", verbose_name=_("comment")
    )
    actor_name = models.CharField(_("done by"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    failure = models.TextField(_("error"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        default_permissions = ()
        constraints = [
            CheckConstraint(name="chatmessage_kind_is_known", condition=Q(kind__in=CHAT_KINDS)),
            CheckConstraint(
                name="chatmessage_failure_says_why",
                condition=Q(state="waiting")
                | Q(state="sent", failure="")
                | Q(state="failed", failures__gt=0) & ~Q(failure=""),
            ),
            bounds.build_length_constraint("chatmessage_note_fits", "note", 10_000),
        ]
        indexes = [
            # The last message of a channel.
            Index(name="chatmessage_of_channel", fields=["channel", "-id"]),
            # Old messages, for deletion.
            Index(name="chatmessage_by_age", fields=["created_at"]),
        ]
        triggers = [
            Rule(
                name="chatmessage_says_one_thing",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "channel", "kind", "claim", "verdict", "comment", "actor_name", "note", "created_at"
                ),
                func="REJECT 'The content of a message cannot be changed.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.kind}"

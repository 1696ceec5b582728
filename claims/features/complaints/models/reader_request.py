from datetime import datetime
from typing import NamedTuple, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import CheckConstraint, Count, F, Index, Q
from django.utils.translation import gettext_lazy as _

from claims.features.complaints.models.request_state import (
    MAX_READER_ANSWER_LENGTH,
    MAX_READER_TEXT_LENGTH,
    ReaderMessage,
    ReaderMessageQuerySet,
    build_reader_rules,
    build_shared_constraints,
)
from factcheck.database.desk_words import build_words_index

MAX_ADDRESS_LENGTH = 2_000

#: The allowed transitions of a request.
REQUEST_STEPS = (
    ("new", "confirmed"),
    ("new", "spam"),
    ("spam", "new"),
    ("confirmed", "taken_up"),
    ("confirmed", "answered"),
    ("confirmed", "declined"),
    ("confirmed", "withdrawn"),
    ("taken_up", "answered"),
    ("taken_up", "declined"),
    ("taken_up", "withdrawn"),
)


class RequestFigures(NamedTuple):
    """Figures on the requests confirmed in a period. A request counts once, however many readers sent it."""

    received: int
    answered: int
    declined: int
    withdrawn: int
    #: How many were still open at the end of the period.
    waiting: int


class ReaderRequestQuerySet(ReaderMessageQuerySet["ReaderRequest"]):
    decide_permission = "complaints.answer_readerrequest"

    def waiting(self) -> Self:
        """Return requests that wait for a decision, including requests whose linked claim was declined or deleted."""
        states, has_no_open_claim = ReaderRequest.State, Q(claim__state="declined") | Q(claim=None)
        return self.filter(Q(state=states.CONFIRMED) | Q(state=states.TAKEN_UP) & has_no_open_claim)

    def figures(self, start: datetime, end: datetime) -> "RequestFigures":
        """Return the figures from `start` (included) to `end` (excluded), without data about readers."""
        is_closed, states = Q(closed_at__gte=start, closed_at__lt=end), ReaderRequest.State
        counts = self.confirmed().aggregate(
            received=Count("pk", filter=Q(confirmed_at__gte=start, confirmed_at__lt=end)),
            answered=Count("pk", filter=is_closed & Q(state=states.ANSWERED)),
            declined=Count("pk", filter=is_closed & Q(state=states.DECLINED)),
            withdrawn=Count("pk", filter=is_closed & Q(state=states.WITHDRAWN)),
            waiting=Count(
                "pk", filter=Q(confirmed_at__lt=end) & (Q(closed_at__isnull=True) | Q(closed_at__gte=end))
            ),
        )
        return RequestFigures(**counts)

    def open(self) -> Self:
        """Return open requests. A reader who sends the same request again is added to the open one."""
        return self.filter(state__in=[ReaderRequest.State.CONFIRMED, ReaderRequest.State.TAKEN_UP])


class ReaderRequest(ReaderMessage):
    """A request to check a URL, a text or a picture. Readers with the same request are counted together."""

    class State(models.TextChoices):
        NEW = "new", _("Not confirmed")
        CONFIRMED = "confirmed", _("Waiting")
        TAKEN_UP = "taken_up", _("Accepted for checking")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Will not be checked")
        SPAM = "spam", _("Spam")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    text = models.TextField(_("text"), max_length=MAX_READER_TEXT_LENGTH, blank=True)
    address = models.CharField(_("address"), max_length=MAX_ADDRESS_LENGTH, blank=True)
    #: The same for all spellings of the address (`sources.addresses.build_url_key`).
    url_key = models.CharField(max_length=MAX_ADDRESS_LENGTH * 3, blank=True, editable=False)
    #: The same for all copies of a picture (`claims.features.complaints.pictures`).
    picture_key = models.CharField(max_length=128, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NEW, editable=False)
    #: How many readers made and confirmed the request; those whose details were deleted still count.
    reader_count = models.PositiveIntegerField(_("number of requests"), default=0, editable=False)
    last_asked_at = models.DateTimeField(_("last request"), null=True, editable=False)
    #: The claim that the request became, or that answers it.
    claim = models.ForeignKey(
        "claims.Claim",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="reader_requests",
        verbose_name=_("claim"),
    )
    reason = models.TextField(_("reason"), max_length=MAX_READER_ANSWER_LENGTH, blank=True, editable=False)

    objects = ReaderRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("reader’s request")
        verbose_name_plural = _("readers’ requests")
        default_permissions = ("view",)
        permissions = [("answer_readerrequest", _("Can decide on requests from readers"))]
        constraints = [
            *build_shared_constraints("readerrequest"),
            CheckConstraint(
                name="readerrequest_asks_for_something",
                condition=Q(text__regex=r"\S")
                | ~Q(url_key="")
                | ~Q(picture_key="")
                | Q(erased_at__isnull=False),
                violation_error_message=_("Enter a text, an address or a picture."),
            ),
            CheckConstraint(
                name="readerrequest_state_is_known",
                condition=Q(
                    state__in=[*("new", "confirmed", "taken_up", "answered", "declined", "spam", "withdrawn")]
                ),
            ),
            CheckConstraint(
                name="readerrequest_declined_with_a_reason",
                condition=~Q(state="declined") | Q(reason__regex=r"\S"),
                violation_error_message=_("Explain why this will not be checked."),
            ),
            CheckConstraint(
                name="readerrequest_at_the_desk_is_asked_by_somebody",
                condition=Q(state__in=["new", "spam"]) | Q(reader_count__gte=1, last_asked_at__isnull=False),
            ),
            CheckConstraint(
                name="readerrequest_has_a_key_with_its_address",
                condition=Q(address="", url_key="") | ~Q(address="") & ~Q(url_key=""),
            ),
        ]
        indexes = [
            # The queue of the desk: the most requested first, then the oldest.
            Index(
                F("reader_count").desc(),
                F("confirmed_at"),
                F("id"),
                name="readerrequest_waiting",
                condition=Q(state__in=["confirmed", "taken_up"]),
            ),
            # Requests with the same address or the same picture.
            Index(name="readerrequest_by_address", fields=["url_key"], condition=~Q(url_key="")),
            Index(name="readerrequest_by_picture", fields=["picture_key"], condition=~Q(picture_key="")),
            # Requests whose statements may be the same.
            GinIndex(
                OpClass(F("text"), name="gin_trgm_ops"),
                name="readerrequest_by_letters",
                condition=Q(state__in=["confirmed", "taken_up"]),
            ),
            Index(
                name="readerrequest_not_at_the_desk",
                fields=["received_at"],
                condition=Q(state__in=["new", "spam"]),
            ),
            Index(name="readerrequest_by_end", fields=["closed_at"], condition=Q(closed_at__isnull=False)),
            Index(name="readerrequest_by_words", fields=["words_sha256"]),
            build_words_index("readerrequest_desk_words", "text", "address"),
        ]
        triggers = build_reader_rules(
            "readerrequest",
            "request",
            REQUEST_STEPS,
            closed_states=["answered", "declined", "withdrawn", "spam"],
            fixed_columns=["language", "received_at"],
            text_columns=["text", "address", "url_key", "picture_key"],
        )

    def __str__(self) -> str:
        text = self.text or self.address or str(_("a picture"))
        return text if len(text) <= 100 else text[:99] + "…"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.CONFIRMED, self.State.TAKEN_UP)

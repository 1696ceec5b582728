"""Whether a reply must be requested before a verdict is published, and whether its deadline has passed.

The codes of fact-checkers ask for it of a verdict of the newsroom's own that is about a person or an organisation.
What the rule came to is kept with the terms of the review (`Verdict.reply_rule`); from then on the database holds it.
"""

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.models import Claimant, Verdict
from claims.newsroom.refusals import NotPossible

#: Claimants who can reply. Unidentified ones cannot be asked.
NAMED = (Claimant.Kind.PERSON, Claimant.Kind.ORGANIZATION, Claimant.Kind.GROUP)
_Rule = Verdict.ReplyRule


class TooEarly(NotPossible):
    """Complete except for a moment that has not come.

    Attributes:
        until: that moment.
    """

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__(sentence, code="reply_awaited")
        self.until = until


def has_named_claimant(verdict: Verdict) -> bool:
    """Whether it is the newsroom's own judgement, and on what a person or organisation has said."""
    claimant = verdict.claim.claimant
    return (
        verdict.origin == Verdict.Origin.HOUSE
        and verdict.publisher.is_house
        and claimant is not None
        and claimant.kind in NAMED
    )


def find_reply_rule(verdict: Verdict) -> Verdict.ReplyRule:
    """Return the reply rule for a verdict submitted now."""
    if not settings.REQUIRE_RIGHT_OF_REPLY:
        return _Rule.SWITCHED_OFF
    return _Rule.DUE if has_named_claimant(verdict) else _Rule.NOT_DUE


def is_reply_missing(verdict: Verdict) -> bool:
    """Return whether a reply of the claimant is required, but neither requested nor waived with a reason."""
    rule = find_reply_rule(verdict) if verdict.state == Verdict.State.DRAFT else verdict.reply_rule
    if rule != _Rule.DUE or not has_named_claimant(verdict):
        return False
    return not verdict.reply_requests.told().filter(claimant=verdict.claim.claimant).exists()


def require_current_terms(verdict: Verdict) -> None:
    """Refuse a verdict submitted without a named claimant that has one now, after a correction.

    Raises:
        NotPossible: it is so.
    """
    if verdict.reply_rule == _Rule.NOT_DUE and has_named_claimant(verdict):
        raise NotPossible(
            _(
                "Since this was submitted, %(whom)s has become someone who can be asked for a reply. Request "
                "changes, so that they are asked or a reason is given."
            )
            % {"whom": verdict.claim.claimant}
        )


def require_time_to_answer(verdict: Verdict) -> None:
    """Refuse while a deadline for a reply is running.

    Raises:
        NotYet: they have.
    """
    if verdict.reply_rule != _Rule.DUE:
        return
    last = verdict.reply_requests.running().select_related("claimant").order_by("-answer_by").first()
    if last is not None and last.answer_by is not None:
        raise TooEarly(
            _(
                "%(whom)s has until %(moment)s to answer. Record the answer when it arrives, or publish "
                "after that time: you can schedule it now."
            )
            % {"whom": last.whom, "moment": date_format(localtime(last.answer_by), "DATETIME_FORMAT")},
            last.answer_by,
        )

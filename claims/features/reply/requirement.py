"""Rules on whether publication requires a request for reply, and on whether its deadline must have passed.

The fact-checkers' codes require a request for the newsroom's own verdicts about a person or an organisation. The rule
for a verdict is stored with the terms of its review (`Verdict.reply_rule`); from then on the database enforces it.
"""

from django.conf import settings
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.features.reply.models import ReplyRequest
from claims.models import Claimant, SignOff, Verdict
from claims.newsroom.refusals import NotPossible, TooEarly
from claims.review.requirements import Requirement

#: The kinds of claimants who can be asked for a reply; unidentified claimants cannot.
NAMED_KINDS = (Claimant.Kind.PERSON, Claimant.Kind.ORGANIZATION, Claimant.Kind.GROUP)
_Rule = Verdict.ReplyRule


def has_named_claimant(verdict: Verdict) -> bool:
    """Return whether the verdict is the newsroom's own, and its claim is by a person or an organisation."""
    claimant = verdict.claim.claimant
    return (
        verdict.origin == Verdict.Origin.HOUSE
        and verdict.publisher.is_house
        and claimant is not None
        and claimant.kind in NAMED_KINDS
    )


def find_reply_rule(verdict: Verdict) -> Verdict.ReplyRule:
    """Return the rule on replies that applies to a verdict submitted now."""
    if not settings.REQUIRE_RIGHT_OF_REPLY:
        return _Rule.SWITCHED_OFF
    return _Rule.DUE if has_named_claimant(verdict) else _Rule.NOT_DUE


def is_request_missing(verdict: Verdict) -> bool:
    """Return whether a reply is required, but neither a request nor a reason for not asking exists."""
    rule = find_reply_rule(verdict) if verdict.state == Verdict.State.DRAFT else verdict.reply_rule
    if rule != _Rule.DUE or not has_named_claimant(verdict):
        return False
    return (
        not ReplyRequest.objects.for_readers()
        .filter(verdict=verdict, claimant=verdict.claim.claimant)
        .exists()
    )


def require_current_terms(verdict: Verdict) -> None:
    """Check that a review's terms on replies still fit the claim, which may have a named claimant now.

    Raises:
        NotPossible: the claim now has a named claimant.
    """
    if verdict.reply_rule == _Rule.NOT_DUE and has_named_claimant(verdict):
        raise NotPossible(
            _(
                "Since this was submitted, it has become possible to ask %(whom)s for a reply. Request "
                "changes, so that they are asked or a reason is given."
            )
            % {"whom": verdict.claim.claimant}
        )


def require_passed_deadline(verdict: Verdict) -> None:
    """Check that no deadline for a reply is still running.

    Raises:
        TooEarly: a deadline is running.
    """
    if verdict.reply_rule != _Rule.DUE:
        return
    last_request = (
        ReplyRequest.objects.with_running_deadline()
        .filter(verdict=verdict)
        .select_related("claimant")
        .order_by("-answer_by")
        .first()
    )
    if last_request is not None and last_request.answer_by is not None:
        raise TooEarly(
            _(
                "%(whom)s has until %(moment)s to reply. Record the reply when it arrives, or "
                "publish after that time: you can schedule it now."
            )
            % {
                "whom": last_request.recipient_name,
                "moment": date_format(localtime(last_request.answer_by), "DATETIME_FORMAT"),
            },
            last_request.answer_by,
            code="reply_awaited",
        )


def select_signoffs_after_replies(signoffs: QuerySet[SignOff]) -> QuerySet[SignOff]:
    """Return the sign-offs given after the latest reply."""
    verdicts_with_answers = (
        ReplyRequest.objects.filter(verdict=OuterRef("verdict"), answered_at__isnull=False)
        .order_by()
        .values("verdict")
        .annotate(number=Count("pk"))
        .values("number")
    )
    answer_count = Coalesce(Subquery(verdicts_with_answers, output_field=IntegerField()), 0)
    return signoffs.alias(answer_count=answer_count).filter(answers=F("answer_count"))


def _describe_missing(verdict: Verdict) -> str:
    if not is_request_missing(verdict):
        return ""
    name = verdict.claim.claimant.name if verdict.claim.claimant else ""
    return _("a request for reply to %(whom)s, or the reason for not asking") % {"whom": name}


REQUIREMENT = Requirement(
    part="right_of_reply",
    place="right-of-reply",
    find_terms=lambda verdict: {"reply_rule": find_reply_rule(verdict)},
    find_missing=_describe_missing,
    check=require_current_terms,
    wait=require_passed_deadline,
)

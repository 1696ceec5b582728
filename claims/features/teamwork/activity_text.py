"""Events of a claim as sentences in the reader's language, for the desk, emails and chats."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from claims.newsroom.notifications import NotificationKind as Kind

#: A kind of event → the sentence with the person who acted, and the sentence if no person did (but a rule, or
#: a passed deadline).
_EVENT_SENTENCES: dict[str, StrPromise | tuple[StrPromise, StrPromise]] = {
    Kind.ASSIGNED: (_("%(who)s assigned this to you"), _("This was assigned to you by a rule")),
    Kind.HANDED_OVER: (_("%(who)s handed this over to another person"), _("This was handed over")),
    Kind.DUE_SOON: _("This is due soon"),
    Kind.OVERDUE: _("This is overdue"),
    Kind.MENTIONED: (_("%(who)s mentioned you"), _("You were mentioned")),
    Kind.REPLIED: (_("%(who)s replied"), _("New reply")),
    Kind.COMMENTED: (_("%(who)s commented"), _("New comment")),
    Kind.SUBMITTED: (_("%(who)s requests a sign-off"), _("A verdict is waiting for sign-off")),
    Kind.RETURNED: (_("%(who)s requests changes to the verdict"), _("The verdict needs changes")),
    Kind.SIGNED_OFF: (_("%(who)s signed off the verdict"), _("The verdict was signed off")),
    Kind.PUBLISHED: (_("%(who)s published this"), _("This was published")),
    Kind.NOT_PUBLISHED: _("This was not published at the scheduled time"),
    Kind.LINK_LOST: _("A cited page needs attention"),
    Kind.RETRACTED: (_("%(who)s retracted the verdict"), _("The verdict was retracted")),
    Kind.TRANSLATION_WAITS: (
        _("%(who)s requests a sign-off for a translation"),
        _("A translation is waiting for sign-off"),
    ),
    Kind.TRANSLATION_BACK: (
        _("%(who)s requests changes to the translation"),
        _("The translation needs changes"),
    ),
    Kind.TRANSLATION_DONE: (
        _("%(who)s published or withdrew a translation"),
        _("A translation was published or withdrawn"),
    ),
    Kind.TRANSLATION_STALE: (
        _("%(who)s published a new version that has no translation yet"),
        _("A new version was published that has no translation yet"),
    ),
    Kind.ACCEPTED: (_("%(who)s accepted the claim for checking"), _("The claim was accepted for checking")),
    Kind.DECLINED: (_("%(who)s declined the claim"), _("The claim was declined")),
    Kind.MERGED: (_("%(who)s merged the claim into another"), _("The claim was merged into another")),
    Kind.ANSWERED: (_("%(who)s recorded a reply to a request"), _("A reply to a request arrived")),
    Kind.ANSWER_OVERDUE: _("The deadline for a reply has passed"),
    Kind.UNMERGED: (_("%(who)s undid the merge of the claim"), _("The merge of the claim was undone")),
    Kind.COMPLAINED: _("A reader complains about this"),
    Kind.COMPLAINT_GIVEN: (
        _("%(who)s assigned you a reader’s complaint about this"),
        _("A reader’s complaint about this is assigned to you"),
    ),
    Kind.COMPLAINT_LATE: _("A reader’s complaint about this is overdue"),
}


def describe_event(kind: str, actor_name: str) -> str:
    """Return a sentence without a full stop that describes the event and names the person, if any."""
    sentences = _EVENT_SENTENCES[kind]
    sentence_with_name, sentence_without_name = (
        sentences if isinstance(sentences, tuple) else (sentences,) * 2
    )
    return str(sentence_with_name) % {"who": actor_name} if actor_name else str(sentence_without_name)

"""What happened to a claim, in a sentence: the same at the desk, in mails and in chats, in their reader's language."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from claims.models import NotificationKind as Kind

#: By kind: who did it named, and where nobody did: a rule, or time.
_SENTENCES: dict[str, tuple[StrPromise, StrPromise]] = {
    Kind.ASSIGNED: (_("%(who)s assigned this to you"), _("This was assigned to you by a rule")),
    Kind.HANDED_OVER: (_("%(who)s handed this over to somebody else"), _("This was handed over")),
    Kind.DUE_SOON: (_("This is due soon"), _("This is due soon")),
    Kind.OVERDUE: (_("This is overdue"), _("This is overdue")),
    Kind.MENTIONED: (_("%(who)s mentioned you"), _("You were mentioned")),
    Kind.REPLIED: (_("%(who)s replied"), _("Somebody replied")),
    Kind.COMMENTED: (_("%(who)s commented"), _("Somebody commented")),
    Kind.SUBMITTED: (_("%(who)s asks for a sign-off"), _("A verdict waits for a sign-off")),
    Kind.RETURNED: (_("%(who)s asks for changes to the verdict"), _("The verdict needs changes")),
    Kind.SIGNED_OFF: (_("%(who)s signed the verdict off"), _("The verdict was signed off")),
    Kind.PUBLISHED: (_("%(who)s published this"), _("This was published")),
    Kind.NOT_PUBLISHED: (_("This was not published as planned"), _("This was not published as planned")),
    Kind.LINK_LOST: (_("A cited page needs a look"), _("A cited page needs a look")),
    Kind.RETRACTED: (_("%(who)s retracted the verdict"), _("The verdict was retracted")),
    Kind.TRANSLATION_WAITS: (
        _("%(who)s asks for a sign-off of a translation"),
        _("A translation waits for a sign-off"),
    ),
    Kind.TRANSLATION_BACK: (
        _("%(who)s asks for changes to the translation"),
        _("The translation needs changes"),
    ),
    Kind.TRANSLATION_DONE: (
        _("%(who)s published or took back a translation"),
        _("A translation was published or taken back"),
    ),
    Kind.TRANSLATION_STALE: (
        _("%(who)s published a new version, of which there is no translation yet"),
        _("A new version was published, of which there is no translation yet"),
    ),
    Kind.ACCEPTED: (_("%(who)s accepted the claim for checking"), _("The claim was accepted for checking")),
    Kind.DECLINED: (_("%(who)s declined the claim"), _("The claim was declined")),
    Kind.MERGED: (_("%(who)s merged the claim into another"), _("The claim was merged into another")),
    Kind.ANSWERED: (
        _("%(who)s recorded an answer of who was asked"),
        _("An answer came in of who was asked"),
    ),
    Kind.ANSWER_OVERDUE: (
        _("The deadline for an answer has passed"),
        _("The deadline for an answer has passed"),
    ),
    Kind.UNMERGED: (_("%(who)s undid the merge of the claim"), _("The merge of the claim was undone")),
    Kind.COMPLAINED: (_("A reader complains about this"), _("A reader complains about this")),
    Kind.COMPLAINT_GIVEN: (
        _("%(who)s gave you a reader’s complaint about this"),
        _("A reader’s complaint about this is yours"),
    ),
    Kind.COMPLAINT_LATE: (
        _("A reader’s complaint about this is overdue"),
        _("A reader’s complaint about this is overdue"),
    ),
}


def sentence(kind: str, actor_name: str) -> str:
    """What happened, and who did it where somebody did; without a full stop."""
    named, unnamed = _SENTENCES[kind]
    return str(named) % {"who": actor_name} if actor_name else str(unnamed)

"""Invitations to the desk: an email with a link for choosing a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.people import get_display_name
from claims.newsroom.roles import get_role_name
from factcheck.list_phrases import join_words


def build_invitation_link(person: User) -> str:
    """Return the URL for choosing a password. The URL expires after PASSWORD_RESET_TIMEOUT, or after use."""
    key = default_token_generator.make_token(person)
    arguments = {"uidb36": user_pk_to_url_str(person), "key": key}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=arguments)


@app.task(queue="mail", retry=5)
def send_invitation(*, person_id: int, by_id: int) -> None:
    """Email the invitation to a person."""
    person = User.objects.filter(pk=person_id).exclude(email="").first()
    by = User.objects.filter(pk=by_id).first()
    if person is None or by is None:
        return
    roles = [get_role_name(role) for role in person.groups.all()]
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    with override_language_for(person):
        lines = [
            _("%(who)s invites you to the desk of %(newsroom)s. Your user name is %(name)s.")
            % {
                "who": get_display_name(by),
                "newsroom": settings.NEWSROOM_NAME,
                "name": person.get_username(),
            },
            *([_("Your role: %(roles)s.") % {"roles": join_words(roles)}] if roles else []),
            ngettext(
                "Choose a password here; the link works once, for %d day:",
                "Choose a password here; the link works once, for %d days:",
                days,
            )
            % days,
            build_invitation_link(person),
        ]
        subject = _("[Factcheck] Your invitation to the desk")
        send_mail(subject, "\n\n".join(lines), None, [person.email])

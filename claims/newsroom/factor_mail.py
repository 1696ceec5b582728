"""The email about reset second factors, queued in the same transaction."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.people import get_display_name


@app.task(queue="mail", retry=5)
def notify_of_reset(*, person_id: int, by_id: int | None) -> None:
    """Email a person that their second factors were reset, with advice in case they did not request it."""
    person = User.objects.filter(pk=person_id).exclude(email="").first()
    if person is None:
        return
    by = User.objects.filter(pk=by_id).first() if by_id else None
    with override_language_for(person):
        lines = [
            _("%(who)s has reset the second factors of your account. You were signed out everywhere.")
            % {"who": get_display_name(by) if by else _("The server’s operator")},
            _("Sign in with your password and set up a new one:"),
            f"{settings.SITE_URL}/accounts/2fa/",
            _("If you did not ask for this, contact your administrators at once."),
        ]
        subject = _("[Factcheck] Your second factors were reset")
        send_mail(subject, "\n\n".join(lines), None, [person.email])

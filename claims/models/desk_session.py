from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import Keeper


class DeskSessionQuerySet(models.QuerySet["DeskSession"]):
    def going_on(self) -> Self:
        """Return sessions that are still signed in."""
        return self.filter(self._in_store())

    def over(self) -> Self:
        """Return sessions that have expired."""
        return self.exclude(self._in_store())

    def _in_store(self) -> Exists:
        alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
        return Exists(alive)


class DeskSession(models.Model):
    """A signed-in session of a person: the browser, the IP address, the start.

    What a session holds is kept by Django; this says whose it is, so that it can be shown and ended.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="desk_sessions", verbose_name=_("who")
    )
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    way = models.CharField(_("signed in with"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=50, blank=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("since"), db_default=Now())
    last_used_at = models.DateTimeField(_("last used"), db_default=Now())

    objects = DeskSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at", "-id"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        default_permissions = ("view",)
        permissions = [("end_desksession", "Can end sessions of others")]

    def __str__(self) -> str:
        return f"{self.person}, {self.began_at:%Y-%m-%d %H:%M}"


class SignedInPerson(User):  # type: ignore[django-manager-missing]  # knox's name of tokens, of a proxy
    """Sessions end everywhere, for good, when an account is disabled or its password changes.

    Django would revive the sessions of an account that is enabled again.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            Keeper(
                name="person_is_signed_out",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False)
                | pgtrigger.Q(new__password__df=pgtrigger.F("old__password")),
                func="""
                    DELETE FROM public.django_session USING public.claims_desksession session
                        WHERE session.person_id = NEW.id AND django_session.session_key = session.session_key;
                    DELETE FROM public.claims_desksession WHERE person_id = NEW.id;
                    RETURN NULL;
                """,
            )
        ]

"""The form for a person's email settings."""

from collections.abc import Iterator
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from claims.features.teamwork import preferences
from claims.features.teamwork.models import MailChoice
from claims.newsroom.notifications import NotificationKind
from factcheck import features


class PreferenceForm(forms.Form):
    """A form for a person's email schedule by kind of event, and the hour, time zone and language of emails."""

    hour = forms.TypedChoiceField(
        label=_("Time of the daily digest"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        widget=UnfoldAdminSelectWidget,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=[], widget=UnfoldAdminSelectWidget
    )
    language = forms.ChoiceField(
        label=_("Language of emails"), required=False, choices=[], widget=UnfoldAdminSelectWidget
    )

    def __init__(self, person: User, form_data: QueryDict | None = None) -> None:
        schedule = preferences.get_schedule(person)
        choices = preferences.load_choices(person)
        initial = {"hour": schedule.hour, "time_zone": schedule.time_zone, "language": schedule.language}
        super().__init__(form_data, initial=initial | choices)
        self.person = person
        # The server's list may lack the time zone that was chosen earlier, so add it.
        zone_names = sorted(available_timezones() | {schedule.time_zone} - {""})
        zone, language = self.fields["time_zone"], self.fields["language"]
        newsroom_zone_label = _("Newsroom default: %s") % settings.TIME_ZONE
        zone.choices = [("", newsroom_zone_label), *((zone_name, zone_name) for zone_name in zone_names)]  # type: ignore[attr-defined]  # see above
        language.choices = [("", _("Newsroom default")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        disabled_kinds = features.list_disabled_notifications()
        self.offered_kinds = [kind for kind in NotificationKind if kind not in disabled_kinds]
        for kind in self.offered_kinds:
            self.fields[kind.value] = forms.ChoiceField(label=kind.label, choices=MailChoice.choices)

    def list_kind_fields(self) -> Iterator[BoundField]:
        """Yield the schedule field of each kind of event; each is a row in the table of settings."""
        return (self[kind.value] for kind in self.offered_kinds)

    def save(self) -> None:
        choices = self.cleaned_data
        preferences.store_preferences(
            self.person,
            preferences.load_choices(self.person)
            | {kind.value: choices[kind.value] for kind in self.offered_kinds},
            hour=choices["hour"],
            time_zone=choices["time_zone"],
            language=choices["language"],
        )

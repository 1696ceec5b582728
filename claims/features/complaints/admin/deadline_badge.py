"""The badge with the time left to answer a complaint, red when overdue."""

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.features.complaints import working_days
from claims.features.complaints.models import Complaint
from factcheck.admin.badges import Tone, render_badge

#: With this many working days left, the deadline changes colour.
_URGENT_DAYS = 2


def build_deadline_badge(complaint: Complaint) -> SafeString | str:
    """Return a badge with the deadline of a waiting complaint, or with the working days that a closed
    complaint took; "" if there is no deadline."""
    if complaint.working_days is not None:
        is_in_time = complaint.working_days <= (complaint.promised_days or 0)
        label = ngettext("after %d working day", "after %d working days", complaint.working_days)
        return render_badge(label % complaint.working_days, "faded" if is_in_time else "bad")
    if complaint.due_on is None or not complaint.is_waiting:
        return ""
    days_left = working_days.count_working_days_after(working_days.get_today(), complaint.due_on)
    if days_left < 0:
        return render_badge(_("Overdue since %s") % date_format(complaint.due_on, "SHORT_DATE_FORMAT"), "bad")
    if complaint.due_on == working_days.get_today():
        return render_badge(_("Due today"), "waiting")
    label = ngettext("%d working day left", "%d working days left", days_left) % days_left
    tone: Tone = "waiting" if days_left <= _URGENT_DAYS else "neutral"
    return render_badge(label, tone)

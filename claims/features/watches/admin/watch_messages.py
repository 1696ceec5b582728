"""Texts about the status of a watch."""

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.features.watches.models import Watch
from factcheck.admin.badges import render_badge
from factcheck.list_phrases import join_words


def build_state_badge(watch: Watch) -> SafeString:
    if not watch.active:
        return render_badge(_("Paused"), "faded")
    if watch.progress.consecutive_failures:
        return render_badge(_("Failing"), "bad")
    if watch.progress.visited_at is None:
        return render_badge(_("Not visited yet"), "waiting")
    return render_badge(_("Followed"), "good")


def describe_last_visit(watch: Watch) -> str:
    """Describe the last visit and its result in one line: “7 May, 14:03: 3 new articles, 1 changed”."""
    progress = watch.progress
    if progress.visited_at is None:
        return "–"
    counts = [
        (progress.new_articles, ngettext("%d new article", "%d new articles", progress.new_articles)),
        (progress.changed_articles, ngettext("%d changed", "%d changed", progress.changed_articles)),
        (progress.failed_articles, ngettext("%d failed", "%d failed", progress.failed_articles)),
    ]
    result = join_words(text % count for count, text in counts if count) or gettext("nothing new")
    return f"{date_format(localtime(progress.visited_at), 'SHORT_DATETIME_FORMAT')}: {result}"

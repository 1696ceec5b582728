"""Pages for administrators: embedding models, languages and features, and the emails of a demo."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from claims.matching.embedding.choice import get_query_model
from claims.matching.embedding.pending_vectors import count_vectors
from claims.models import EmbeddingModel, StatementVector
from claims.newsroom import feature_switches
from factcheck import features
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages
from factcheck.features import Feature
from sources.models import Publisher


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("name", "state", "vectors_made", "completed_at", "kept_at")
    fields = ("name", "state", "progress", "dimensions", "begun_at", "completed_at", "kept_at")
    readonly_fields = ("state", "progress")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingModel]:
        vectors_made = StatementVector.objects.filter(model=OuterRef("pk")).order_by().values("model")
        number = vectors_made.annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(vectors_number=Coalesce(Subquery(number), 0))

    @admin.display(description=gettext_lazy("vectors"), ordering="vectors_number")
    def vectors_made(self, model: Any) -> str:
        return f"{model.vectors_number:,}"  # annotated above

    @admin.display(description=gettext_lazy("state"))
    def state(self, model: EmbeddingModel) -> SafeString:
        query_model = get_query_model()
        if query_model is not None and query_model.id == model.pk:
            return render_badge(_("used to find claims"), "good")
        return (
            render_badge(_("complete"), "neutral")
            if model.completed_at
            else render_badge(_("being built"), "active")
        )

    @admin.display(description=gettext_lazy("statements"))
    def progress(self, model: EmbeddingModel) -> str:
        vector_count, missing_count = count_vectors(model)
        if not missing_count:
            return _("all %(made)s") % {"made": f"{vector_count:,}"}
        percent = 100 * vector_count // (vector_count + missing_count)
        return _("%(made)s of %(all)s (%(share)d%%)") % {
            "made": f"{vector_count:,}",
            "all": f"{vector_count + missing_count:,}",
            "share": percent,
        }


_CHECKED_MESSAGE = gettext_noop("Checked the languages and features.")


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """A feature on the page for administrators, with its switch.

    Attributes:
        is_preset: whether the setting `FEATURES` switches the feature on.
        pages: the feature's menu entries.
        obstacle: why the feature cannot be switched on or off now; empty if nothing prevents this.
    """

    feature: Feature
    is_on: bool
    is_preset: bool
    pages: list[str]
    obstacle: str


def is_setup_checked() -> bool:
    """Return whether an administrator has marked the list of languages and features as checked."""
    return LogEntry.objects.filter(change_message=_CHECKED_MESSAGE).exists()


def show_installation(request: HttpRequest) -> HttpResponse:
    """Show the languages and features. A POST switches a feature or, without a feature, marks the page as checked."""
    if not request.user.has_perm(feature_switches.PERMISSION):
        raise PermissionDenied
    own_publisher = Publisher.objects.get_house()
    if request.method == "POST" and "feature" in request.POST:
        _switch_feature(request)
        return HttpResponseRedirect(f"{reverse('desk-installation')}#{request.POST['feature']}")
    if request.method == "POST":
        admin.site.get_model_admin(Publisher).log_change(request, own_publisher, _CHECKED_MESSAGE)
        return HttpResponseRedirect(reverse("admin:index"))
    language_names = dict(settings.LANGUAGES)
    context = {
        **admin.site.each_context(request),
        "title": _("Languages and features"),
        "lines": _build_feature_lines(),
        "languages": list(language_names.values()),
        "own_language": language_names.get(own_publisher.language, own_publisher.language),
        "fallback": language_names[settings.LANGUAGE_CODE],
        "house_page": get_page_url(own_publisher),
        "is_checked": is_setup_checked(),
    }
    return TemplateResponse(request, "admin/desk/installation.html", context)


def _switch_feature(request: HttpRequest) -> None:
    label, is_on = request.POST["feature"], request.POST.get("to") == "on"
    with RefusalMessages(request):
        feature_switches.switch_feature(label, is_on=is_on, by=get_person(request))
        name = {"feature": features.find_feature(label).verbose_name}
        messages.success(
            request,
            _("Switched on: %(feature)s.") % name
            if is_on
            else _("Switched off: %(feature)s. Nothing was deleted.") % name,
        )


def _build_feature_lines() -> list[FeatureLine]:
    active_labels = {feature.label for feature in features.list_switched_on()}
    return [
        FeatureLine(
            feature,
            feature.label in active_labels,
            features.is_preset(feature.label),
            [str(entry["title"]) for entries in feature.menu.values() for entry in entries],
            feature_switches.find_obstacle(feature.label),
        )
        for feature in features.list_installed()
    ]


#: The separator that Django's file backend writes after each email.
_MAIL_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
_MAIL_LIMIT = 100


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A stored email, decoded for display."""

    recipient: str
    subject: str
    date: str
    text: str


def load_stored_mails(reader: User) -> list[StoredMail]:
    """Return the demo's newest emails: all emails if the reader may invite people, otherwise only the reader's own.

    An invitation contains a link that sets a password, so other people must not see such an email.
    """
    folder = settings.EMAIL_FILE_PATH
    if folder is None:
        return []
    files = sorted(Path(folder).glob("*.log"), reverse=True)
    contents = (
        message_bytes
        for file in files[:_MAIL_LIMIT]
        for message_bytes in reversed(file.read_bytes().split(_MAIL_SEPARATOR))
    )
    mails = (_parse_mail(content) for content in contents if content.strip())
    may_see_all = reader.has_perm("auth.add_user")
    return list(
        islice((mail for mail in mails if may_see_all or mail.recipient == reader.email), _MAIL_LIMIT)
    )


def show_mails(request: HttpRequest) -> HttpResponse:
    """Show the stored emails of the demo."""
    context = {
        **admin.site.each_context(request),
        "title": _("Emails"),
        "mails": load_stored_mails(get_person(request)),
    }
    return TemplateResponse(request, "admin/desk/demo_mails.html", context)


def _parse_mail(content: bytes) -> StoredMail:
    mail = message_from_bytes(content.lstrip(), policy=policy.default)
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    return StoredMail(str(mail["To"]), str(mail["Subject"]), str(mail["Date"]), text.strip())

"""Comments: on the claim's page, on a separate page if there are many, and in a list of all comments."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork import comments, mentions, notifications
from claims.features.teamwork.admin.comment_threads import (
    COMMENT_PAGE_LIMITS,
    MAX_REPLIES_ON_THREAD_PAGE,
    ShownThread,
    build_comment_form_context,
    build_comment_path,
    build_shown_comments,
    build_shown_threads,
    find_readable_comments,
)
from claims.features.teamwork.models import Comment
from claims.models import Claim, Verdict
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.change_history import PastEvent
from factcheck.admin.row_actions import desk_page, row_action
from factcheck.admin.unsaved import mark_form_as_saved


class ResolveForm(forms.Form):
    """A form that resolves or reopens a thread. It sends the id of the last comment that the page showed."""

    reopen = forms.BooleanField(required=False, widget=forms.HiddenInput)
    last_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin, DeskAdmin):
    """The searchable list of all comments, and the views for commenting."""

    list_display = ("comment_text", "claim_and_excerpt", "author_name", "state_badge", "created_at")
    list_filter = (
        ("resolved_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("claim",)
    search_fields = ("text", "author_name")
    search_help_text = _("Search by words in a comment, or by its author")
    ordering = ("-pk",)
    fields = (
        "claim_and_excerpt",
        "comment_text",
        ("author_name", "created_at"),
        ("verdict_version", "edited_at"),
        "state_badge",
    )
    readonly_fields: ClassVar[tuple[str, ...]] = ("claim_and_excerpt", "comment_text", "state_badge")
    fields_shown_elsewhere = ("withdrawn_by_id", "withdrawn_by_name", "edited_at")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person may read claims at the desk. `get_queryset` limits the comments."""
        return request.user.has_perm("claims.view_claim")

    def list_history_entries(self, row: Comment, reader: User) -> list[PastEvent]:
        """Return a comment's earlier texts. After a withdrawal, only people who may withdraw comments see them."""
        if row.withdrawn_at and not reader.has_perm(comments.WITHDRAW_PERMISSION):
            return []
        return super().list_history_entries(row, reader)

    @admin.display(description=_("comment"))
    def comment_text(self, comment: Comment) -> SafeString:
        text = comment.text or gettext("Withdrawn")
        return format_html('<span class="desk-statement" dir="auto">{}</span>', shorten_text(text, 200))

    @admin.display(description=_("claim"))
    def claim_and_excerpt(self, comment: Comment) -> SafeString:
        page = f"{get_page_url(comment.claim)}#comments"
        return format_html('<a href="{}" class="desk-statement" dir="auto">{}</a>', page, comment.claim)

    @admin.display(description=_("state"))
    def state_badge(self, comment: Comment) -> SafeString | str:
        if comment.withdrawn_at:
            return render_badge(_("Withdrawn"), "faded")
        if comment.resolved_at:
            return render_badge(_("Resolved"), "good")
        return (
            render_badge(_("Reply"), "faded") if comment.reply_to_id else render_badge(_("Open"), "waiting")
        )

    # Requests ---------------------------------------------------------------------------------------------------------

    @desk_page("people/")
    def people_view(self, request: HttpRequest) -> HttpResponse:
        """Return people whose user name begins with the typed letters, as JSON."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = mentions.suggest_people(request.GET.get("q", "")[:150])
        return JsonResponse(
            {"people": [{"username": person.username, "name": get_display_name(person)} for person in people]}
        )

    @desk_page("on/<int:claim>/", "of_claim")
    def claim_view(self, request: HttpRequest, claim: int) -> HttpResponse:
        """Show all comments on a claim, page by page."""
        return self._render_page(request, self._get_claim(request, claim))

    @desk_page("<int:pk>/thread/")
    def thread_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one thread with all its replies, page by page."""
        thread = self._get_comment(request, pk)
        thread = thread.reply_to or thread
        person = get_person(request)
        replies = Comment.objects.readable_by(person).filter(reply_to=thread).order_by("pk")
        page = Paginator(replies, MAX_REPLIES_ON_THREAD_PAGE).get_page(request.GET.get("p"))
        first_comment, *other_replies = build_shown_comments([thread, *page.object_list], person)
        last_comment = (other_replies or [first_comment])[-1].row.pk
        thread_context = ShownThread(
            first_comment, other_replies, earlier_count=0, last_id=last_comment, form_key=uuid4()
        )
        return self._render_page(request, thread.claim, threads=[thread_context], page=page)

    @desk_page("on/<int:claim>/write/")
    def write_view(self, request: HttpRequest, claim: int) -> HttpResponse:
        claim_row = self._get_claim(request, claim)
        if request.method != "POST":
            return HttpResponseRedirect(f"{get_page_url(claim_row)}#comments")
        person = get_person(request)
        parsed_ids = {field_name: request.POST.get(field_name, "") for field_name in ("verdict", "reply_to")}
        verdict = _get_named_row(Verdict.objects.readable_by(person), parsed_ids["verdict"])
        reply_to = _get_named_row(Comment.objects.readable_by(person), parsed_ids["reply_to"])
        text = request.POST.get("text", "")
        form_key = _parse_key(request.POST.get("key", ""))
        write_comment = partial(
            comments.add_comment, claim_row, text, by=person, verdict=verdict, reply_to=reply_to, key=form_key
        )
        return self._store_and_redirect(request, write_comment, claim_row, text, reply_to)

    @desk_page("<int:pk>/edit/")
    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self._get_comment(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(build_comment_path(comment, get_person(request)))
        text, seen_version = request.POST.get("text", ""), request.POST.get("seen")
        edit_text = partial(
            comments.edit_comment, comment, text, by=get_person(request), expected_text=seen_version
        )
        return self._store_and_redirect(request, edit_text, comment.claim, text, comment)

    @row_action(_("Withdraw the comment"), permission="view")
    def withdraw(self, request: HttpRequest, comment: Comment) -> str:
        comments.withdraw_comment(comment, by=get_person(request))
        return ""

    @row_action(_("Resolve"), permission="view", form=ResolveForm)
    def resolve(self, request: HttpRequest, comment: Comment, *, reopen: bool, last_id: int | None) -> str:
        """Resolve or reopen a thread, and return a message."""
        comments.resolve_thread(comment, by=get_person(request), is_resolved=not reopen, expected_id=last_id)
        return ""

    def _store_and_redirect(
        self,
        request: HttpRequest,
        write_comment: Callable[[], comments.CommentResult],
        claim: Claim,
        text: str,
        reply_to: Comment | None,
    ) -> HttpResponse:
        """Store the comment and redirect to it. If the comment is rejected, show the page with the typed text."""
        try:
            with transaction.atomic():
                result = write_comment()
                mark_form_as_saved(request)
        except NotPossible as refusal:
            return self._render_page(
                request, claim, refusal_message=str(refusal), typed_text=text, reply_to=reply_to
            )
        for person in result.unreachable_people:
            messages.warning(
                request,
                gettext("%(who)s cannot read this comment and was not notified.")
                % {"who": get_display_name(person)},
            )
        return HttpResponseRedirect(self.get_page_after(request, result.comment))

    def get_page_after(self, request: HttpRequest, row: Comment) -> str:
        """Return the URL of the comment, on the page where the person pressed the button."""
        url = request.POST.get("back", "").partition("#")[0]
        if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
            return f"{url}#comment-{row.pk}"
        return build_comment_path(row, get_person(request))

    # Pages ------------------------------------------------------------------------------------------------------------

    def _render_page(
        self,
        request: HttpRequest,
        claim: Claim,
        *,
        threads: list[ShownThread] | None = None,
        page: Page[Comment] | None = None,
        refusal_message: str = "",
        typed_text: str = "",
        reply_to: Comment | None = None,
    ) -> HttpResponse:
        person = get_person(request)
        notifications.mark_read(person, claim=claim)
        if threads is None:
            page = Paginator(
                find_readable_comments(claim, person).threads(), COMMENT_PAGE_LIMITS.max_threads
            ).get_page(request.GET.get("p"))
            threads = build_shown_threads(page.object_list, person, COMMENT_PAGE_LIMITS)
        context = {
            **build_comment_form_context(claim, person),
            "title": gettext("Comments: %s") % claim,
            "talk": threads,
            "talk_count": find_readable_comments(claim, person).count(),
            "talk_page": request.get_full_path() if request.method == "GET" else "",
            "page": page,
            "refusal": refusal_message,
            "refused_words": typed_text,
            "refused_reply_to": reply_to,
        }
        return self.show_page(request, "comments_page", context, status=409 if refusal_message else 200)

    def _get_claim(self, request: HttpRequest, pk: int) -> Claim:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Claim.objects.readable_by(get_person(request)), pk=pk)

    def _get_comment(self, request: HttpRequest, pk: int) -> Comment:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = cast("QuerySet[Comment]", self.get_queryset(request)).select_related("claim", "reply_to")
        return get_object_or_404(rows, pk=pk)


def shorten_text(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def _get_named_row(rows: Any, pk: str) -> Any:
    """Return the row whose id was sent in a form, or None if the field is empty.

    Raises:
        PermissionDenied: the person may not read that row, or it does not exist.
    """
    if not pk:
        return None
    row = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise PermissionDenied(
            gettext("The form refers to something that you cannot see. Reload the page and try again.")
        )
    return row


def _parse_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

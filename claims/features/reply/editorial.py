"""The editorial API of requests for reply and their replies."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from claims.editorial.documents import Document
from claims.editorial.part_resources import PartOfVerdict
from claims.editorial.strict_bodies import read_body
from claims.features.reply import reply_requests
from claims.features.reply.documents import ReplyRequestSerializer, build_reply_request
from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_requests import ReceivedReply
from claims.features.reply.request_bodies import AnswerBody, ReplyBody
from claims.models import Scope, Verdict


class EditorialReplyResource(PartOfVerdict):
    """Requests for reply about a verdict, and reasons for not asking."""

    nouns = ("request for reply", "requests for reply")
    view_permission = "reply.view_replyrequest"
    write_scope = Scope.VERDICTS
    serializer_class = ReplyRequestSerializer
    bodies: ClassVar = {"create": ReplyBody, "partial_update": ReplyBody, "answer": AnswerBody}

    def get_rows(self) -> QuerySet[ReplyRequest]:
        rows = ReplyRequest.objects.readable_by(self.person).filter(verdict=self.kwargs["verdict_id"])
        return rows.select_related("verdict__claim", "claimant", "sent_by")

    def build_document(self, row: ReplyRequest) -> Document:
        return build_reply_request(row)

    def create(self, request: Request, verdict_id: int) -> HttpResponse:
        """Create a request, record one made outside this system, or give the reason for not asking."""
        values = read_body(ReplyBody, request.data, by=self.person)

        def create_request(_prepared: None) -> ReplyRequest:
            self.lock_parent()
            verdict = self.get_parent()
            return reply_requests.add_request(
                verdict, by=self.person, **self._complete_values(verdict, values)
            )

        return self.add_row("replies-detail", create_request)

    def partial_update(self, request: Request, **route_values: int) -> HttpResponse:
        """Change the given fields while the verdict is a draft."""
        values = read_body(ReplyBody, request.data, by=self.person, partial=True)

        def edit_request() -> ReplyRequest:
            row: ReplyRequest = self.lock_part()
            new_values = values | (_choose_party(row.verdict, values["party"]) if "party" in values else {})
            return reply_requests.edit_request(row, by=self.person, **new_values)

        return self.run_change(edit_request)

    def destroy(self, request: Request, **route_values: int) -> HttpResponse:
        """Remove the request for reply from the draft verdict."""
        return self.run_change(lambda: reply_requests.remove_request(self.lock_part(), by=self.person))

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, **route_values: int) -> HttpResponse:
        """Record the reply. If the verdict is already published, the reply is published with its next version."""
        values = read_body(AnswerBody, request.data, by=self.person)

        def record_reply(_prepared: None) -> ReplyRequest:
            received_reply = ReceivedReply(
                answered_at=values["answered_at"],
                channel=values["channel"],
                text=values.get("text", ""),
                display=values["shown"],
                excerpt=values.get("excerpt", ""),
                statement=values.get("statement", ""),
            )
            return reply_requests.record_reply(self.lock_part(), received_reply, by=self.person)

        return self.create_once(record_reply)

    def _complete_values(self, verdict: Verdict, values: dict[str, Any]) -> dict[str, Any]:
        """Add the person to ask to the values and, if they lack a subject or text, the newsroom's template."""
        complete_values = values | _choose_party(verdict, values.get("party", ""))
        if values.get("not_asked"):
            return complete_values
        language = values.get("language") or verdict.claim.language
        claimant = complete_values["claimant"]
        wording = reply_requests.render_template(
            verdict,
            recipient=claimant.name if claimant else complete_values["party"],
            by=self.person,
            language=language,
            deadline=None,
        )
        return {"subject": wording.subject, "text": wording.text} | complete_values | {"language": language}


def _choose_party(verdict: Verdict, party: str) -> dict[str, Any]:
    """Return the fields of the person to ask: the named person, or by default the claimant."""
    return {"party": party, "claimant": None if party else verdict.claim.claimant}

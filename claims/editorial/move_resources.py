"""Workflow moves in the editorial API: list the available moves, and make one with `claims.review.workflow`."""

from typing import ClassVar

from django.db.models import Model
from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from claims.editorial.authentication import InsufficientScope
from claims.editorial.documents import render_document
from claims.editorial.editorial_resource import EditorialResource
from claims.editorial.idempotency import StoredResponse
from claims.editorial.serializers import MovesSerializer
from claims.editorial.strict_bodies import read_body
from claims.models import CorrectionKind, Scope
from claims.review import workflow

#: Moves that change what the public sees at once. A merge does not always do so, but it always requires the same
#: scope, so that owners of tokens need not know when.
_PUBLIC_MOVES = frozenset({"publish", "retract", "republish", "merge", "unmerge"})


def choose_scope(name: str) -> Scope:
    return Scope.PUBLISH if name in _PUBLIC_MOVES else Scope.MOVE


class MovingResource(EditorialResource):
    """A resource whose objects move through the workflow."""

    action_serializers: ClassVar = {"moves": MovesSerializer}

    def get_scope(self, request: Request) -> Scope | None:
        # The scope depends on the move, so `move` checks it.
        return None if self.action == "move" else super().get_scope(request)

    @action(detail=True, methods=["get"])
    def moves(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """List the moves available to this role in this state, with the reason if one is blocked."""
        subject = self.get_row(id=id)
        options = [
            {
                "action": option.action,
                "label": str(option.move.label),
                "to": option.move.new_state,
                "note": str(option.move.note),
                "note_required": option.move.is_note_required,
                "scope": (scope := choose_scope(option.action)).value,
                "obstacle": option.obstacle
                or ("" if scope in self.token.scopes else str(InsufficientScope(scope).detail)),
            }
            for option in workflow.list_options(subject, self.person)
        ]
        return self.build_response(
            StoredResponse(200, render_document({"state": subject.state, "moves": options}))
        )

    @moves.mapping.post
    def move(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Make a move. The response describes the row after the move."""
        values = read_body(self.bodies["move"], request.data, by=self.person)
        scope = choose_scope(values["action"])
        if scope not in self.token.scopes:
            raise InsufficientScope(scope)

        def work(_prepared: None) -> Model:
            # Lock the rows in the usual order, so that the row cannot change between this comparison and the move.
            workflow.lock(self.get_row(id=id), values.get("into"))
            return workflow.move(
                self.lock_matching(id=id),
                values["action"],
                by=self.person,
                note=values.get("note", ""),
                into=values.get("into"),
                kind=values.get("kind", CorrectionKind.UPDATE),
            )

        return self.create_once(work)

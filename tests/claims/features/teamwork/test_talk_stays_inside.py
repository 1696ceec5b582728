"""No comment or notification is public, in an export or in an API."""

import json
from collections import defaultdict
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.exports.export_run import ExportOptions, export_to_stream
from claims.features.teamwork import comments
from claims.features.teamwork.models import ChatChannel, ChatMessage, Comment, Notification
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim
from claims.review import workflow
from factcheck.routes import build_openapi
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.newsroom_tool import tool
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

SECRET = "Quillfeather"


@pytest.fixture
def talked_about(checker: User, editor: User) -> Claim:
    """A published claim that was talked about before it was published and since."""
    ChatChannel.objects.create(name=SECRET, shape="json", address=f"https://hooks.example/{SECRET}")
    claim = make_claim()
    draft = make_draft(claim, checker)
    thread = comments.add_comment(claim, f"{SECRET} of a draft, @edith", by=checker, verdict=draft).comment
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        draft = workflow.move(draft, action, by=by)
    comments.add_comment(claim, f"{SECRET} in reply", by=editor, reply_to=thread)
    comments.edit_comment(
        comments.add_comment(claim, f"{SECRET} of the claim", by=checker).comment,
        f"{SECRET} again",
        by=checker,
    )
    notify_people("overdue", claim=claim, to=[checker], note=f"{SECRET} told")
    assert (Comment.objects.count(), ChatMessage.objects.filter(comment__isnull=False).count()) == (3, 3)
    assert Notification.objects.filter(note__contains=SECRET).exists()
    return claim


@pytest.mark.slow
def test_no_reader_and_no_program_sees_it(talked_about: Claim, editor: User, client: Client) -> None:
    claim, verdict = talked_about, talked_about.verdicts.get()
    source = verdict.evidence.get().source_id
    ids: dict[str, Any] = {
        "claim_id": claim.pk,
        "verdict_id": verdict.pk,
        "id": claim.pk,
        "source_id": source,
    }
    ids |= {"level": 0, "tile": "000.p/1"}  # of the tree over the ledger: the first entry
    asking = tool(editor)
    asked = 0
    for path, methods in build_openapi()["paths"].items():
        if "get" not in methods:
            continue
        for values in (ids, ids | {"id": verdict.pk}):
            address = path.format_map(defaultdict(lambda: 1, values))
            answer = asking.get(address)
            asked += answer.status_code == 200
            assert SECRET not in b"".join(answer).decode("utf-8", "replace"), address
    assert asked > 20
    client.force_login(editor)
    pages = [
        "/",
        claim.get_absolute_url(),
        f"/claims/{claim.pk}/card/",
        "/feeds/claims.atom",
        "/feeds/claims.json",
    ]
    for page in pages:
        assert SECRET not in client.get(page, follow=True).content.decode(), page
    names = json.dumps(build_openapi()).lower()
    for noun in ("comment", "notification", "chat_channel"):
        assert f'"{noun}s"' not in names
        assert f'"{noun}"' not in names


@sweep(
    "order",
    [ExportOptions(), ExportOptions("csv"), ExportOptions("jsonld"), ExportOptions("parquet")],
    undone=True,
)
def test_no_export_holds_it(order: ExportOptions, talked_about: Claim) -> None:
    file = BytesIO()
    export_to_stream(order, file)
    assert len(file.getvalue()) > 0
    assert SECRET.encode() not in file.getvalue()

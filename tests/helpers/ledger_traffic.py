"""Traffic for the ledger: people who publish, correct, retract and merge at random."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client

from claims.models import Claim, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out, correct


def step(chance: random.Random, checker: User, editor: User) -> str:
    """One thing that an editor does to some claim, and its name; nothing where a colleague was faster."""
    action = chance.choice(
        ["publish", "publish", "publish", "correct", "correct", "retract", "merge", "unmerge"]
    )
    live = list(Verdict.objects.filter(state="published", claim__state="accepted").order_by("pk"))
    merged = list(Claim.objects.filter(state="merged").order_by("pk"))
    too_few = not merged if action == "unmerge" else len(live) < 3
    if too_few:
        action = "publish"
    if action == "publish":
        bring_out(make_draft(make_claim(), checker), checker, editor)
    elif action == "correct":
        correct(chance.choice(live).claim, checker, editor, code=chance.choice(["true", "mixed", "false"]))
    elif action == "retract":
        workflow.move(chance.choice(live), "retract", by=editor, note="It was another ship.")
    elif action == "merge":
        claim, into = chance.sample(live, 2)
        workflow.move(claim.claim, "merge", by=editor, into=into.claim)
    else:
        workflow.move(chance.choice(merged), "unmerge", by=editor)
    return action


@contextmanager
def busy_newsroom(
    checker: User, editor: User, *, people: int, steps: int, seed: int
) -> Iterator[list[Thread]]:
    """So many people at work at once, each in a thread of their own; all have finished when the block ends."""

    def work(person: int) -> None:
        chance = random.Random(seed * 100 + person)  # noqa: S311  no secret
        try:
            for _ in range(steps):
                try:
                    step(chance, checker, editor)
                except (NotPossible, NotAllowed, DatabaseError):  # a colleague was faster
                    continue
        finally:
            connection.close()

    threads = [Thread(target=work, args=[person]) for person in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join()


def listed(client: Client) -> dict[int, bytes]:
    """The claims that the API lists now, each as the bytes of its answer."""
    pages: list[Any] = []
    address = "/api/v1/claims/?page_size=200"
    while address:
        pages.append(client.get(address).json())
        address = pages[-1]["next"]
    ids = [claim["id"] for page in pages for claim in page["results"]]
    return {pk: client.get(f"/api/v1/claims/{pk}/").content for pk in ids}

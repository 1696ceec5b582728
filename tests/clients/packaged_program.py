"""What a program does with the packaged client in Python: strictly typed, and run in a folder of its own."""

import asyncio
import json
import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

from factcheck_client import AsyncClient, Client, ProblemError


def main(site: str, token: str, article: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    with Client(site) as public:
        said["listed"] = [claim.id for claim in public.claims(page_size=1)]
        [bridge] = public.claims(q="bridge", rating_class="false")
        said["found"] = [bridge.statement, bridge["verdicts"][0].rating.label]
        said["views"] = [
            sorted(next(public.claims(**asked)).keys() & {"id", "explanation", "context"})
            for asked in ({"view": "full"}, {"fields": ["id", "context"]}, {})
        ]
        said["same"] = public.claim(bridge.id) == public.claim(bridge.id)
        matched = public.match(bridge.statement).results[0]
        said["matched"] = [[found.kind, found.claim.id] for found in matched.passages[0].matches]
        said["looked up"] = [
            [claim.id for claim in result.claims] for result in public.lookup(article).results
        ]
        said["changes"] = [change.claim_id for change in public.changes(page_size=1)]
        said["followed"] = [change.sequence for change in islice(public.changes(follow=True), 2)]
        said["absent"] = problem_of(public, "claims/999/").status
        said["refused"] = [error.parameter for error in problem_of(public, "claims/", page_size=0).errors]
    with Client(site, token=token) as ours:
        body = {"statement": "The mill burned down.", "language": "en"}
        made, again = (
            ours.send("POST", "editorial/claims/", body, headers={"Idempotency-Key": "mill"})
            for _ in range(2)
        )
        said["made once"] = made.id == again.id
        path = f"editorial/claims/{made.id}/"
        etag = {"If-Match": ours.get(path).etag}
        said["changed"] = ours.send("PATCH", path, {"claimed_on": "2026-02-28"}, headers=etag).claimed_on
    said["at once"] = asyncio.run(asynchronous(site))
    return said


def problem_of(site: Client, path: str, **parameters: int) -> ProblemError:
    try:
        site.get(path, **parameters)
    except ProblemError as problem:
        return problem
    raise AssertionError(path)


async def asynchronous(site: str) -> list[list[int]]:
    async with AsyncClient(site) as public:
        listed = [claim.id async for claim in public.claims(page_size=1)]
        changed = [change.claim_id async for change in public.changes(page_size=1)]
        return [listed, changed, [(await public.claim(listed[0])).id]]


def wait(site: str) -> dict[str, Any]:
    """More requests than are answered in a moment."""
    with Client(site, remembered=0) as patient:
        found = [len(list(patient.claims())) for _ in range(4)]
    with Client(site, remembered=0, retries=0) as hasty:
        try:
            for _ in range(4):
                hasty.get("claims/")
        except ProblemError as problem:
            return {"patient": found, "hasty": problem.status, "wait": (problem.retry_after or 0) > 0}
    return {"patient": found}


def newer(site: str) -> list[Any]:
    """What a site of a later version answers, as it comes through."""
    with Client(site) as public:
        [claim], [change] = public.claims(shape=["round"]), public.changes()
        return [claim.status, claim.verdicts[0].rating.rating_class, claim.mood, change.kind, change.claim.id]


if __name__ == "__main__":
    modes: dict[str, Callable[..., Any]] = {"use": main, "wait": wait, "newer": newer}
    print(json.dumps(modes[sys.argv[1]](*sys.argv[2:])))

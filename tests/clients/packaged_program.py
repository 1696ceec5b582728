"""What a program does with the packaged client in Python: strictly typed, and run in a folder of its own."""

import asyncio
import datetime
import json
import sys
from inspect import signature
from typing import Any

from factcheck_client import ProblemError, async_pages, checked, connect, etag_of, pages
from factcheck_client.generated.api.changes import changes_list
from factcheck_client.generated.api.claims import claims_list, claims_retrieve
from factcheck_client.generated.api.editorial import (
    editorial_claims_create,
    editorial_claims_partial_update,
    editorial_claims_retrieve,
    editorial_webhooks_list,
)
from factcheck_client.generated.api.lookup import lookup_create
from factcheck_client.generated.api.match import match_create
from factcheck_client.generated.models import (
    Claim,
    ClaimBody,
    ClaimsListRatingClassItem,
    LookupCreateBody,
    MatchCreateBodyType0,
    PatchedClaimChanges,
    PublicationStatusEnum,
)


def main(site: str, token: str, article: str) -> dict[str, object]:
    said: dict[str, object] = {}
    with connect(site) as public:
        said["listed"] = [
            claim.id
            for claim in pages(
                lambda cursor: claims_list.sync_detailed(client=public, page_size=1, cursor=cursor)
            )
        ]
        false = [ClaimsListRatingClassItem.FALSE]
        found = checked(claims_list.sync_detailed(client=public, q="bridge", rating_class=false)).results
        bridge: Claim = found[0]
        said["found"] = [claim.statement for claim in found]
        first = claims_retrieve.sync_detailed(bridge.id, client=public)
        again = claims_retrieve.sync_detailed(bridge.id, client=public)
        said["from memory"] = [answer.headers.get("X-From-Memory", "") for answer in (first, again)]
        said["same"] = checked(first).to_dict() == checked(again).to_dict()
        named: Any = ["false"]
        found = checked(claims_list.sync_detailed(client=public, rating_class=named)).results
        said["named"] = [claim.statement for claim in found]
        newer = bridge.to_dict() | {"status": "disputed"}
        status = Claim.from_dict(newer).status
        said["newer"] = [status, status == PublicationStatusEnum("disputed"), status in PublicationStatusEnum]
        said["parts"] = "fields" in signature(claims_list.sync_detailed).parameters
        asked = MatchCreateBodyType0(text=bridge.statement)
        matched = checked(match_create.sync_detailed(client=public, body=asked)).results[0]
        said["matched"] = [(found.kind, found.claim.id) for found in matched.passages[0].matches]
        looked_up = checked(lookup_create.sync_detailed(client=public, body=LookupCreateBody(urls=[article])))
        said["looked up"] = [[claim.id for claim in result.claims] for result in looked_up.results]
        said["changes"] = [
            change.claim_id for change in checked(changes_list.sync_detailed(client=public)).results
        ]
        try:
            checked(claims_retrieve.sync_detailed(999, client=public))
        except ProblemError as problem:
            said["absent"] = problem.status
        try:
            checked(claims_list.sync_detailed(client=public, page_size=0))
        except ProblemError as problem:
            said["refused"] = [error["parameter"] for error in problem.errors]
    with connect(site, token=token) as ours:
        body = ClaimBody(statement="The mill burned down.", language="en")
        sent = [
            editorial_claims_create.sync_detailed(client=ours, body=body, idempotency_key="mill")
            for _ in range(2)
        ]
        made = checked(sent[0])
        said["made once"] = made.id == checked(sent[1]).id
        etag = etag_of(editorial_claims_retrieve.sync_detailed(made.id, client=ours))
        day = datetime.date(2026, 2, 28)
        changed = checked(
            editorial_claims_partial_update.sync_detailed(
                made.id, client=ours, body=PatchedClaimChanges(claimed_on=day), if_match=etag
            )
        )
        said["changed"] = str(changed.claimed_on)
        try:
            checked(editorial_webhooks_list.sync_detailed(client=ours))
        except ProblemError as problem:
            said["without scope"] = problem.status
    said["at once"] = asyncio.run(asynchronous(site))
    return said


async def asynchronous(site: str) -> list[int]:
    async with connect(site) as public:
        return [
            claim.id
            async for claim in async_pages(
                lambda cursor: claims_list.asyncio_detailed(client=public, page_size=1, cursor=cursor)
            )
        ]


def told_to_wait(site: str) -> dict[str, object]:
    """More requests than are answered in a moment: who waits gets all of them, who does not is told."""
    with connect(site, remembered=0) as patient:
        statuses = [int(claims_list.sync_detailed(client=patient).status_code) for _ in range(4)]
    with connect(site, retries=0, remembered=0) as hasty:
        answers = [claims_list.sync_detailed(client=hasty) for _ in range(4)]
        try:
            checked(answers[-1])
        except ProblemError as problem:
            return {"patient": statuses, "hasty": problem.status, "wait": (problem.retry_after or 0) > 0}
    return {"patient": statuses}


if __name__ == "__main__":
    print(json.dumps(told_to_wait(sys.argv[2]) if sys.argv[1] == "wait" else main(*sys.argv[2:])))

"""Lists, page after page, by the cursors in their answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from .generated.types import UNSET, Unset
from .problems import Answer, AnyProblem, checked

Thing = TypeVar("Thing")
Thing_co = TypeVar("Thing_co", covariant=True)


class Page(Protocol[Thing_co]):
    """A page of a list."""

    @property
    def results(self) -> Sequence[Thing_co]: ...
    @property
    def next_(self) -> object: ...


def pages(
    ask: Callable[[str | Unset], Answer[Page[Thing] | AnyProblem]], *, cursor: str | Unset = UNSET
) -> Iterator[Thing]:
    """Everything in a list, from a cursor on.

    Args:
        ask: makes the request for the page at a cursor, such as
            `lambda cursor: claims_list.sync_detailed(client=site, q="bridge", cursor=cursor)`.

    Raises:
        ProblemError: a page was refused.
    """
    while True:
        page = checked(ask(cursor))
        yield from page.results
        following = _cursor_in(page.next_)
        if following is None:
            return
        cursor = following


async def async_pages(
    ask: Callable[[str | Unset], Awaitable[Answer[Page[Thing] | AnyProblem]]], *, cursor: str | Unset = UNSET
) -> AsyncIterator[Thing]:
    """The same for `asyncio_detailed`."""
    while True:
        page = checked(await ask(cursor))
        for thing in page.results:
            yield thing
        following = _cursor_in(page.next_)
        if following is None:
            return
        cursor = following


def _cursor_in(address: object) -> str | None:
    """The place of the next page: a cursor, or in the feed of changes the number of an entry."""
    if not isinstance(address, str):
        return None
    asked = parse_qs(urlsplit(address).query)
    found = asked.get("cursor") or asked.get("since")
    return found[0] if found else None

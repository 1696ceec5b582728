"""How downloads flow: one snapshot, a piece at a time, and nothing left behind however they end."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from claims.exports.formats import stored_bodies
from claims.models import Claim, Publication
from claims.public.api import downloads
from claims.review import workflow
from factcheck.api import limited_streams
from tests.helpers.database import administration
from tests.helpers.reader_pages import correct
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/claims"
FORMATS = ("csv", "jsonl", "json", "jsonld")


@pytest.fixture
def three(publish: Publish) -> list[Claim]:
    return [publish() for _ in range(3)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each claim is sent by itself, so that few suffice to be in the middle of a download."""
    monkeypatch.setattr(downloads, "join_blocks", lambda parts: stored_bodies.join_blocks(parts, size=1))


def begun(client: Client, extension: str = "jsonl") -> tuple[Any, Iterator[bytes]]:
    """A response of which the first piece was read."""
    response: Any = client.get(f"{URL}.{extension}")
    assert response.streaming
    pieces: Iterator[bytes] = iter(response)
    next(pieces)
    return response, pieces


@pytest.mark.django_db(transaction=True)
def test_it_is_one_snapshot_despite_simultaneous_changes(
    three: list[Claim], checker: User, editor: User, publish: Publish, small_blocks: None
) -> None:
    before = [entry.served_body for entry in Publication.objects.order_by("-published_at")]
    rows = Publication.objects.current().order_by("-published_at", "-claim_id")
    reading = stored_bodies.stream_bodies(rows.using("default"))
    found = [next(reading)]
    in_another_thread(lambda: change_everything(three, checker, editor, publish))
    found += reading
    assert found == before
    assert len(list(stored_bodies.stream_bodies(rows))) == 3


def change_everything(three: list[Claim], checker: User, editor: User, publish: Publish) -> None:
    correct(three[0], checker, editor)
    workflow.move(three[1].verdicts.get(), "retract", by=editor, note="It was a tug.")
    publish()


def in_another_thread(call: Callable[[], object]) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as failure:  # noqa: BLE001  shown below
            failures.append(failure)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    assert failures == []


def is_free() -> bool:
    """Whether all seats are free, and no statement is left running."""
    if limited_streams._slots._value != limited_streams.SLOTS:
        return False
    with as_superuser(), connection.cursor() as sql:  # who serves does not see what others ask
        sql.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state <> 'idle'"
            " AND datname = current_database()"
        )
        return sql.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("extension", FORMATS)
def test_a_client_that_disconnects_leaves_nothing_behind(
    client: Client, three: list[Claim], small_blocks: None, extension: str
) -> None:
    response, _ = begun(client, extension)
    assert not is_free()
    response.close()
    assert is_free()
    assert Publication.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_unread_response_leaves_nothing_behind(
    client: Client, three: list[Claim], small_blocks: None
) -> None:
    response = client.get(f"{URL}.jsonl")
    assert not is_free()
    response.close()
    assert is_free()


def test_closing_ends_a_started_download(three: list[Claim]) -> None:
    """At once, and not only when it is garbage collected."""
    pieces = limited_streams.stream_in_slot(iter([b"1", b"2"]), b"")
    started = limited_streams.StartedStream(pieces)
    assert not is_free()
    started.close()
    assert is_free()
    assert list(pieces) == []


def test_whole_download_leaves_nothing_behind(client: Client, three: list[Claim]) -> None:
    response: Any = client.get(f"{URL}.jsonl")
    assert len(response.getvalue().splitlines()) == 3
    assert is_free()


def test_too_many_simultaneous_downloads_are_asked_to_retry(
    client: Client, three: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(limited_streams.SLOTS):
        assert limited_streams._slots.acquire(blocking=False)
    try:
        response = client.get(f"{URL}.csv")
        assert client.get(f"{URL}/").status_code == 200
    finally:
        limited_streams._slots.release(limited_streams.SLOTS)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response["Content-Type"] == "application/problem+json"
    response = client.get(f"{URL}.csv")
    assert (response.status_code, len(response.getvalue().splitlines())) == (200, 4)


def test_failure_at_the_start_is_no_download(
    client: Client, three: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(downloads, "stream_bodies", failing_after(0))
    response = client.get(f"{URL}.jsonl")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert is_free()


def failing_after(number: int) -> Callable[..., Iterator[bytes]]:
    """The bodies, until the database is gone."""

    def streamed(*parts: Any) -> Iterator[bytes]:
        for place, body in enumerate(stored_bodies.stream_bodies(*parts)):
            if place == number:
                break
            yield body
        raise OperationalError("The server is gone.")

    return streamed


READERS: dict[str, Callable[[bytes], object]] = {
    "csv": lambda content: list(csv.reader(io.StringIO(content.decode()), strict=True)),
    "jsonl": lambda content: [json.loads(line) for line in content.splitlines()],
    "json": json.loads,
    "jsonld": json.loads,
}


@pytest.mark.parametrize("extension", FORMATS)
def test_download_that_breaks_off_cannot_be_taken_for_a_whole_one(
    client: Client,
    three: list[Claim],
    small_blocks: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    extension: str,
) -> None:
    monkeypatch.setattr(downloads, "stream_bodies", failing_after(2))
    sent: list[bytes] = []
    response: Any = client.get(f"{URL}.{extension}")
    with pytest.raises(OperationalError):
        sent.extend(response)  # the web server ends the connection here, but normally
    content = b"".join(sent)
    assert str(three[2].pk).encode() in content
    with pytest.raises((ValueError, csv.Error)):
        READERS[extension](content)
    assert is_free()
    assert "A download was interrupted." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_connection_that_died_is_made_again(client: Client, three: list[Claim]) -> None:
    with connection.cursor() as sql:
        sql.execute("SELECT pg_backend_pid()")
        pid = sql.fetchone()
    with administration(connection.settings_dict["NAME"]) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 120000)", pid).fetchone() == (True,)
    assert len(list(stored_bodies.stream_bodies(Publication.objects.current()))) == 3

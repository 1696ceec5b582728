"""Real servers that lag, hang, die, come back and take over, as a process sees them that reads for the public."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from factcheck.database.replica_watch import POLL_SECONDS
from tests.helpers.streaming_servers import ReadingProcess, StreamingServer, eventually, streaming

#: A table with the name and the numbers of the ledger; no other is looked at here.
NEWEST = "SELECT coalesce(max(sequence), 0)::int FROM claims_publication"


class House:
    """A primary, two replicas, and a process that reads."""

    def __init__(self, servers: list[StreamingServer]) -> None:
        self.primary, self.first, self.second = servers
        self.primary.ask("CREATE TABLE claims_publication (sequence bigint)")
        anyone = f"{self.primary.address.partition('?')[0]}?host={self.primary.folder},{self.first.folder}"
        self.reading = ReadingProcess(
            f"{anyone}&target_session_attrs=read-write", [self.first.address, self.second.address]
        )
        self.published = 0

    def publish(self) -> int:
        self.published += 1
        self.primary.ask(f"INSERT INTO claims_publication VALUES ({self.published})")
        return self.published

    def read(self, how: str = "read_publicly") -> tuple[str, Any]:
        return self.reading.ask(how, NEWEST)

    def reads_from(self, alias: str) -> bool:
        return self.read()[0] == alias

    def all_but(self, alias: str) -> set[str]:
        return {"reading", "replica-1", "replica-2"} - {alias}

    def _settled(self) -> str:
        chosen = set()
        for _round in range(8):
            chosen.add(self.read()[0])
            time.sleep(POLL_SECONDS)
        return chosen.pop() if len(chosen) == 1 else ""

    def preferred(self) -> tuple[str, StreamingServer, StreamingServer]:
        """The replica that the process reads from while it is well, its server, and the other one."""
        # The first to answer is read at once, and may be the other one: the choice has to stay the same for some
        # rounds.
        eventually(lambda: self._settled().startswith("replica"))
        alias, _ = self.read()
        ours, other = (self.first, self.second) if alias == "replica-1" else (self.second, self.first)
        return alias, ours, other


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with streaming(2) as servers:
        house = House(servers)
        yield house
        house.reading.end()


@pytest.mark.slow
def test_replica_that_lags_is_left_out_until_it_has_caught_up(house: House) -> None:
    alias, server, _ = house.preferred()
    server.ask("SELECT pg_wal_replay_pause()")
    newest = house.publish()
    # The other one may be a moment behind, too.
    eventually(lambda: house.read() in [(other, newest) for other in house.all_but(alias)])
    server.ask("SELECT pg_wal_replay_resume()")
    eventually(lambda: house.read() == (alias, newest))


@pytest.mark.slow
def test_where_all_lag_the_primary_is_read(house: House) -> None:
    house.preferred()
    for server in (house.first, house.second):
        server.ask("SELECT pg_wal_replay_pause()")
    newest = house.publish()
    eventually(lambda: house.read() == ("reading", newest))
    for server in (house.first, house.second):
        server.ask("SELECT pg_wal_replay_resume()")
    house.preferred()


@pytest.mark.slow
def test_queries_waiting_for_a_hanging_replica_are_answered_by_another(house: House) -> None:
    alias, server, _ = house.preferred()
    server.signal(signal.SIGSTOP)
    other, found = house.read()  # it comes back: the server itself would never answer
    assert (other != alias, found) == (True, house.published)
    server.signal(signal.SIGCONT)
    eventually(lambda: house.reads_from(alias))


@pytest.mark.slow
def test_readers_do_not_notice_a_killed_replica_and_it_comes_back(house: House) -> None:
    alias, server, _ = house.preferred()
    server.kill()
    other, found = house.read()
    assert (other != alias, found) == (True, house.published)
    server.start()
    eventually(lambda: house.reads_from(alias))


@pytest.mark.slow
def test_reads_that_must_be_fresh_use_the_primary(house: House) -> None:
    house.preferred()
    # On a busy machine the primary may not have answered for a moment.
    eventually(lambda: house.read("read_freshly") == ("reading", house.published))
    eventually(lambda: house.reading.ask("mark", "") == ("", house.published))


@pytest.mark.slow
def test_queries_waiting_for_a_hanging_primary_are_answered_by_a_current_replica(house: House) -> None:
    house.preferred()
    eventually(lambda: house.read("read_freshly")[0] == "reading")
    house.primary.signal(signal.SIGSTOP)
    alias, found = house.read("read_freshly")
    assert (alias.startswith("replica"), found) == (True, house.published)
    house.primary.signal(signal.SIGCONT)
    eventually(lambda: house.read("read_freshly")[0] == "reading")


@pytest.mark.slow
def test_entries_shown_by_replicas_too_early_are_recognised(house: House) -> None:
    """A commit waits for a replica that does not exist, while the existing ones have it already."""
    house.preferred()
    eventually(lambda: house.reading.ask("mark", "") == ("", house.published))
    before = house.published
    house.primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    house.primary.ask("SELECT pg_reload_conf()")
    eventually(lambda: house.primary.ask("SELECT current_setting('synchronous_standby_names') <> ''"))
    with ThreadPoolExecutor(1) as editor:
        waiting = editor.submit(house.publish)
        try:
            eventually(lambda: house.read()[1] == before + 1)
            for _ in range(3):
                assert (waiting.done(), house.primary.ask(NEWEST)) == (False, before)
                assert house.reading.ask("mark", "") == ("", before)
                assert house.read("read_freshly") == ("reading", before)
        finally:
            house.primary.ask("ALTER SYSTEM RESET synchronous_standby_names")
            house.primary.ask("SELECT pg_reload_conf()")
        assert waiting.result() == before + 1
    eventually(lambda: house.reading.ask("mark", "") == ("", before + 1))


@pytest.mark.slow
def test_failover() -> None:
    """While writing is impossible, replicas answer; then the new primary is read under both of its names."""
    with streaming(2) as servers:
        house = House(servers)
        try:
            fail_over(house)
        finally:
            house.reading.end()


def fail_over(house: House) -> None:
    newest = house.publish()
    house.preferred()
    eventually(lambda: house.reading.ask("mark", "") == ("", newest))
    house.primary.kill()
    assert house.read()[1] == newest
    eventually(lambda: house.read("read_freshly")[0].startswith("replica"))
    assert house.read("read_freshly")[1] == newest
    house.first.ask("SELECT pg_promote()")
    house.primary = house.first
    eventually(lambda: house.read("read_freshly")[0] == "reading")
    newest = house.publish()
    eventually(lambda: house.read("read_freshly") == ("reading", newest))
    # The second follows the one that is gone; the first has all there is.
    eventually(lambda: house.read() == ("replica-1", newest))

import pytest

from tests.helpers.backed_up_server import BackedUpServer


@pytest.fixture(scope="session")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> BackedUpServer:
    """A server to which things happened, and which has ended: rows and files came, were backed up, and went."""
    server = BackedUpServer(tmp_path_factory.mktemp("backed_up"))
    with server.running():
        server.ask("CREATE TABLE kept (word text)")
        server.ask("INSERT INTO kept VALUES ('first')")
        server.write("a/first.txt", "first")
        server.back_up("full")
        server.ask("INSERT INTO kept VALUES ('second')")
        server.write("a/second.txt", "second")
        server.back_up("incremental")
        server.ask("INSERT INTO kept VALUES ('third')")
        server.note("before the mistake")
        for statement in ("DELETE FROM kept", "TRUNCATE kept"):
            server.ask("SELECT pg_switch_wal()")
            server.ask(statement)
        server.ask("SELECT pg_switch_wal()")
    return server

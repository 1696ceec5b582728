"""What docstrings say that one module alone does is done nowhere else. Read from the source: no run could show it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.helpers.sweeps import sweep
from tests.test_imports import FILES

Trees = dict[str, ast.Module]

#: Modules by which a program speaks HTTP, or opens a connection to speak it itself.
NETWORK = re.compile(
    r"(requests|requests_hardened|urllib3|urllib\.request|http\.client|httpx|aiohttp|socket|asyncio|pycurl"
    r"|websockets?|ftplib|xmlrpc)(\.|$)"
)
#: Functions of libraries that fetch an address by themselves.
FETCHING = {"fetch_url", "fetch_response", "urlopen", "urlretrieve"}

OUTGOING = {
    f"sources.http.{name}"
    for name in (
        "connections",
        "exchanges",
        "fetched_documents",
        "forward_proxy",
        "sent_messages",
        "services",
    )
}
#: Opens a socket to be connected to.
LISTENS = {"factcheck.web.serving", "factcheck.web.body_deadlines", "factcheck.telemetry.exporter"}
#: Speaks with the database, and lets go when it does not answer.
DATABASE = {f"factcheck.database.{name}" for name in ("replica_watch", "worker_connection")}
#: Pairs of sockets between two processes of ours, which lead nowhere else.
PAIRED = {f"factcheck.confinement.{name}" for name in ("confined", "zygote")}


@pytest.fixture(scope="module")
def trees() -> Trees:
    """Return the parsed modules. A constant would stay in memory, 500 MB with its lists, in each process of a run."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def imported(tree: ast.AST) -> Iterator[str]:
    """What a module imports, wherever in it, as whole names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_outgoing_http_is_in_one_package(trees: Trees) -> None:
    speaking = {name for name, tree in trees.items() if any(map(NETWORK.match, imported(tree)))}
    assert speaking == OUTGOING | LISTENS | DATABASE | PAIRED


def test_no_library_fetches_by_itself(trees: Trees) -> None:
    named = {
        (name, node.attr if isinstance(node, ast.Attribute) else node.id)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert {(name, word) for name, word in named if word in FETCHING} == set()


# States ---------------------------------------------------------------------------------------------------------------

#: Functions that change the state of claims, verdicts and translations: a person's move, and bulk moves.
MOVES = {
    "claims.review.workflow",
    "claims.imports.storing.batches",
    "claims.imports.storing.undo",
    "claims.exports.restore.replay",
}
#: Who restores translations with their state.
TRANSLATED = {"claims.exports.restore.restored_translations"}
#: Who changes the state of clusters.
CLUSTERS = {"claims.review.clusters"}
#: Functions that change the state of import runs, which have no table of moves.
RUNS = {
    "claims.imports.storing.run_import",
    "claims.imports.storing.house_archive",
    "claims.imports.storing.runs",
}
#: Who changes the state of webhook deliveries.
DELIVERIES = {"claims.features.webhooks.deliveries", "claims.features.webhooks.endpoints"}
#: Who changes the state of messages to chats.
CHATS = {"claims.features.teamwork.chat"}
#: Who changes the state of pages that a watch has found.
WATCHED = {"claims.features.watches.listed_pages", "claims.features.watches.watched_articles"}
#: Functions that change the state of readers' messages; a trigger records each change.
READERS = {
    f"claims.features.complaints.{name}"
    for name in (
        "submissions",
        "personal_data",
        "quarantine",
        "ledger_followers",
        "complaint_moves",
        "request_moves",
    )
}

#: Who says in memory what would be, and stores none of it.
PROSPECTS = {"claims.ledger.preview_entries"}


def writes_state(node: ast.AST) -> bool:
    """`….state = …`, `….update(state=…)`, `….save_move(…)`, or `setattr(…, "state", …)`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "state" and isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "update":
        return any(argument.arg == "state" for argument in node.keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "save_move":
        return True
    named = isinstance(node.func, ast.Name) and node.func.id == "setattr"
    return named and isinstance(node.args[1], ast.Constant) and node.args[1].value == "state"


def test_states_are_written_by_moves(trees: Trees) -> None:
    writers = {name for name, tree in trees.items() if any(map(writes_state, ast.walk(tree)))}
    assert (
        writers == MOVES | TRANSLATED | CLUSTERS | RUNS | DELIVERIES | CHATS | WATCHED | READERS | PROSPECTS
    )


@pytest.mark.parametrize("name", sorted(RUNS))
def test_import_runs_alone_are_moved_by_imports(name: str, trees: Trees) -> None:
    written = {
        ast.unparse(node.value)
        for node in ast.walk(trees[name])
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store)
    }
    assert written
    assert written <= {"run", "self.run"}


@sweep("name", sorted(MOVES))
def test_every_change_of_state_is_recorded(name: str, trees: Trees) -> None:
    """The triggers insist on it; here it shows that each of these modules does it itself."""
    assert any(isinstance(node, ast.Name) and node.id == "Transition" for node in ast.walk(trees[name]))


# The ledger -----------------------------------------------------------------------------------------------------------

ENTRIES = {"Publication", "PublishedVerdict"}
#: Methods of managers and query sets that write, and functions of `factcheck.database.bulk_copy` that do.
WRITING = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete"}
COPYING = {"copy", "build_lines", "RowMaker"}


def begins_with(node: ast.AST) -> str:
    """The name that a chain of attributes and calls begins with: `Publication` of `Publication.objects.filter(…)`."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def stores_entries(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr in WRITING and begins_with(node.func) in ENTRIES
    if isinstance(node.func, ast.Name) and node.func.id in COPYING:
        return bool(node.args) and begins_with(node.args[0]) in ENTRIES
    return isinstance(node.func, ast.Name) and node.func.id in ENTRIES


def test_entries_of_the_ledger_are_stored_in_one_module(trees: Trees) -> None:
    writers = {name for name, tree in trees.items() if any(map(stores_entries, ast.walk(tree)))}
    assert writers == {"claims.ledger.publishing"} | PROSPECTS


@pytest.mark.parametrize("name", sorted(PROSPECTS))
def test_previews_are_not_stored(name: str, trees: Trees) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(trees[name])
        if isinstance(node, ast.Call)
    }
    assert called & (WRITING | COPYING | {"save", "append", "record", "record_all", "send"}) == set()


def test_imports_alone_send_entries_along_with_other_rows(trees: Trees) -> None:
    asking = {
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) == "build_entry_lines"
    }
    assert asking == {"claims.ledger.publishing", "claims.imports.storing.batches"}


WRITTEN_TABLES = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+(ONLY\s+)?(public\.)?\"?"
    r"claims_(claim|verdict|publication|publishedverdict)\b\"?",
    re.IGNORECASE,
)


def test_no_sql_writes_claims_verdicts_or_entries(trees: Trees) -> None:
    """But for the rules of the ledger, which close the entry before, and the one that removes words by law."""
    found = {
        (name, " ".join(hit.group().split()))
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for hit in WRITTEN_TABLES.finditer(node.value)
    }
    assert found == {
        ("claims.models.ledger_rules", "UPDATE public.claims_publication"),
        ("claims.models.ledger_rules", "UPDATE public.claims_publishedverdict"),
        ("claims.models.removal", "UPDATE public.claims_publication"),
        ("claims.models.removal", "UPDATE public.claims_publishedverdict"),
    }


def test_these_tests_find_their_subjects() -> None:
    state = ["claim.state = x", "rows.filter(pk=1).update(state=x)", "setattr(claim, 'state', x)"]
    entry = [
        "Publication.objects.filter(pk=1).update(note='')",
        "copy(Publication, rows)",
        "PublishedVerdict(claim_id=1)",
        "Publication.objects.create()",
    ]
    for source in state:
        assert any(map(writes_state, ast.walk(ast.parse(source)))), source
    for source in entry:
        assert any(map(stores_entries, ast.walk(ast.parse(source)))), source
    assert not any(map(writes_state, ast.walk(ast.parse("if claim.state == x: pass"))))
    assert not any(map(stores_entries, ast.walk(ast.parse("Publication.objects.filter(pk=1).exists()"))))
    assert list(filter(NETWORK.match, imported(ast.parse("def f():\n    import http.client, socketserver"))))

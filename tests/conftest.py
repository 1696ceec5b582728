"""What every test may use: the database server, and a fresh database per worker within a second."""

import gc
import math
import os
import time
from collections.abc import Iterator
from uuid import uuid4

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from pytest_django import DjangoDbBlocker

from factcheck.database import clock, embedded
from factcheck.features import known_choices
from factcheck.installation import log_context
from tests.helpers.database import replace_database, reserve_database, trade_durability_for_speed

# The same examples each time, so that a run says something about the change that was made and not about chance; and
# however long they take, so that it says nothing about what else the machine does.
hypothesis.settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# A hundred times as many, and others each time: `make fuzz`. What it finds becomes an `@example` of its test.
hypothesis.settings.register_profile(
    "fuzz", max_examples=10_000, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# A tenth as many, for the fast loop: `make check`.
hypothesis.settings.register_profile("quick", hypothesis.settings.get_profile("steady"), max_examples=10)
hypothesis.settings.load_profile("steady")

# Which features are switched is read where a test asks for it.
known_choices.reload_at = math.inf

pytest_plugins = ["tests.helpers.newsroom", "tests.helpers.browser", "tests.helpers.worker"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without searching for garbage, which would take a third of the time.

    Collected tests stay in memory to the end. Searching after every 700 new objects takes a tenth of the tests' time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 10)
        gc.enable()


#: Rooms in which tests walk from end to end: whole pages of the desk, whole files, whole newsrooms.
SLOW_ROOMS = tuple(
    f"tests/{room}/"
    for room in (
        "benchmarks",
        "claims/admin",
        "claims/editorial",
        "claims/exports",
        "claims/imports/storing",
        "claims/management",
        "clients",
        "contracts",
        "docs",
        "whole",
    )
)
#: What does not, in each of them: so that the fast loop has a word on every room of the program.
QUICK_IN_THEM = tuple(
    f"tests/{name}.py::"
    for name in (
        "claims/admin/test_duplicate",
        "claims/admin/test_rating",
        "claims/management/demo/test_demo_content",
        "claims/editorial/test_deleted_meanwhile",
        "claims/exports/formats/test_formats",
        "claims/imports/storing/test_existing_claim",
        "claims/management/test_import_article_refusals",
        "docs/test_architecture",
        "docs/test_how_to",
        "docs/test_links",
        "docs/test_version",
    )
)

#: What `make test` leaves to `make acceptance`, besides browsers: servers and programs that are started, killed and
#: restored, and clients that are built.
ACCEPTANCE = tuple(
    f"tests/{name}"
    for name in (
        "claims/features/archiving/browser/",
        "claims/features/witnesses/test_three_installations.py",
        "claims/management/test_import_article_program.py",
        "claims/public/api/test_changes_followed.py",
        "clients/",
        "docs/test_duckdb.py",
        "docs/test_examples_in_demo.py",
        "docs/test_ledger_examples.py",
        "docs/test_quick_starts.py",
        "factcheck/backups/test_backup_run.py",
        "factcheck/backups/test_restoration.py",
        "factcheck/database/embedded/",
        "factcheck/database/test_replica_watch.py",
        "factcheck/test_setup.py",
        "factcheck/test_start.py",
        "factcheck/web/test_database_away.py",
        "factcheck/web/test_serving.py",
        "factcheck/web/test_slow_visitors.py",
        "lighthouse/",
        "whole/",
        "widget/",
    )
)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait for browsers, servers and the database."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Besides tests marked by hand, two kinds are slow.

    Tests that commit: their database is restored afterwards. Tests that publish for themselves: publishing takes most
    of the time, unless the module shares its newsroom (`tests.helpers.shared_newsroom`).
    """
    for item in items:
        database = item.get_closest_marker("django_db")
        fixtures = set(getattr(item, "fixturenames", ()))
        commits = database is not None and database.kwargs.get("transaction", False)
        commits |= not fixtures.isdisjoint({"live_server", "transactional_db"})
        publishes = "publish" in fixtures and "shared_rows" not in fixtures
        walks = item.nodeid.startswith(SLOW_ROOMS)
        if commits or ((walks or publishes) and not item.nodeid.startswith(QUICK_IN_THEM)):
            item.add_marker(pytest.mark.slow)
        if item.nodeid.startswith(ACCEPTANCE) or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.acceptance)
        if item.nodeid.startswith("tests/whole/") or item.get_closest_marker("browser"):
            # Measuring which lines run makes Python half as fast. These run lines that have tests of their own.
            item.add_marker(pytest.mark.no_cover)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A run that saw no browser says so, besides the reasons why single tests were skipped."""
    from tests.helpers.browser import WITHOUT_CHROMIUM  # noqa: PLC0415  pytest rewrites its assertions first

    skipped = terminalreporter.stats.get("skipped", [])
    if without := sum(WITHOUT_CHROMIUM in str(report.longrepr) for report in skipped):
        line = f"{without} tests in a browser were skipped. {WITHOUT_CHROMIUM}."
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for this worker.

    Django's own set-up would look for migrations and permissions to add in every copy.
    """
    embedded.ensure_running()
    if settings.EMBEDDED_DATABASE:
        trade_durability_for_speed()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    project = connection.settings_dict["NAME"]
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:8]
    with django_db_blocker.unblock(), reserve_database(project, run, worker) as name:
        connection.settings_dict["NAME"] = name
        replace_database()
        with django_db_blocker.block():
            yield
        connections.close_all()
        connection.settings_dict["NAME"] = project


@pytest.fixture(scope="session", autouse=True)
def database_travels_along() -> Iterator[None]:
    """The database has its own clock. A test that travels to the past publishes there, never in the future."""
    present = clock.get_database_time
    travelling = time_machine.escape_hatch.is_travelling
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            clock, "get_database_time", lambda: min(timezone.now(), present()) if travelling() else present()
        )
        yield


@pytest.fixture(autouse=True)
def process_as_new() -> Iterator[None]:
    """Clear all that a process remembers of the test before. One fixture, because every fixture delays every test."""
    from factcheck.admin import sign_in_attempts  # noqa: PLC0415  settings are configured by now
    from factcheck.api import limited_streams  # noqa: PLC0415  settings are configured by now

    log_context.request_id.set("")
    translation.deactivate()  # a request leaves its language active in its thread
    cache.clear()  # counts are kept under the number of the newest entry, and all ledgers begin at the same
    sign_in_attempts.get_limiter.cache_clear()  # all tests sign in from one address
    seats = limited_streams._slots
    before = seats._value
    yield
    # Processes read again which features are switched when seconds have passed: not while statements are counted.
    known_choices.by_label, known_choices.reload_at = {}, math.inf
    # A download that is not read to its end keeps a seat, which later tests miss. A server may still be about to give
    # up the seat of one that was read to its end.
    for _glance in range(12_000):
        if seats._value >= before:
            break
        time.sleep(0.01)
    assert seats._value == limited_streams.SLOTS


@pytest.fixture(scope="session", autouse=True)
def parts_of_pages_are_not_kept(django_test_environment: None) -> Iterator[None]:
    """Of a page, the client keeps what its template was given; Django's would keep that for each part of it again."""

    def render(template: Template, context: Context) -> SafeString:
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(scope="session", autouse=True)
def replace_instead_of_truncate() -> Iterator[None]:
    """After a test with real transactions, have its database as new."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: replace_database())
        yield

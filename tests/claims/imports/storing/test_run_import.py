"""Imports that are broken off, that meet others, and that fail."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection, connections

from claims.imports.reading.recipe import Recipe
from claims.imports.storing import batches as writing
from claims.imports.storing import run_import, runs
from claims.imports.storing.batches import PreparedBatch, WrittenBatch
from claims.models import Claim, ImportedRecord, ImportRun, PossibleDuplicate, Publication, Verdict
from tests.helpers.database import addresses, replace_database
from tests.helpers.imported_reviews import STATEMENT, bring, counts, review
from tests.helpers.parallel import at_once
from tests.helpers.transaction_pooler import pooled

__all__ = ["pooled"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def records(count: int) -> list[dict[str, Any]]:
    """Claims with one verdict or two, some named twice, some that disagree, some without a rating, some of no use."""
    found = []
    for number in range(count):
        statement = f"{STATEMENT[:-1]} in year {number // 2}."
        outlet = f"checks{number % 3}.example"
        found.append(
            review(
                statement=statement if number % 11 else "",
                publisher=f"Checks {number % 3}",
                publisher_url=f"https://{outlet}",
                review_url=f"https://{outlet}/{number}" if number % 4 else None,
                rating=("False", "True", None)[number % 7 % 3],
                claimant="Mara Lindqvist" if number % 5 else None,
            )
        )
    return found + found[: count // 4]


def everything() -> dict[str, Any]:
    """The stored rows, without ids and times, and the unused parts of every import."""
    bodies = []
    for publication in Publication.objects.order_by("sequence"):
        body = publication.document
        bodies.append(
            (
                body["statement"],
                body["version"],
                (body["claimant"] or {}).get("name"),
                sorted((v["publisher"]["name"], v["rating"]["label"], v["url"]) for v in body["verdicts"]),
            )
        )
    found: dict[str, Any] = {
        "claims": Claim.objects.values_list("statement", "state", "claimant__name"),
        "verdicts": Verdict.objects.values_list(
            "claim__statement", "claim__claimant__name", "publisher__name", "version", "state", "url"
        ),
        "ledger": bodies,
        "taken": ImportedRecord.objects.values_list("position", "outcome"),
        # An import that ended before it could be killed is followed by another, which finds the same problems.
        "problems": {
            tuple(sorted(run.problems.values_list("position", "field", "code")))
            for run in ImportRun.objects.all()
        },
        "pairs": PossibleDuplicate.objects.values_list("claim__statement", "earlier__statement"),
    }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("batches", [0, 2, 4])
def test_an_interrupted_import_continues(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    monkeypatch.setattr(run_import, "BATCH_SIZE", 8)
    wanted_counts = counts(bring(*records(60)))
    wanted = everything()
    replace_database()

    written = iter(range(100))

    def dying(prepared: PreparedBatch) -> WrittenBatch:
        if next(written) == batches:
            raise Killed
        return writing.store_batch(prepared)

    monkeypatch.setattr(run_import, "store_batch", dying)
    run = ImportRun.objects.create(origin="file.jsonl")
    with pytest.raises(Killed):
        bring(*records(60), run=run)
    run.refresh_from_db()
    assert run.state == "failed"
    monkeypatch.setattr(run_import, "store_batch", writing.store_batch)
    assert counts(bring(*records(60), run=run)) == wanted_counts
    assert everything() == wanted
    run.refresh_from_db()
    assert (run.state, run.error) == ("finished", "")


def test_simultaneous_imports_end_like_consecutive_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_import, "BATCH_SIZE", 8)
    first, second = records(60), records(80)
    bring(*first)
    bring(*second)
    wanted = everything()
    replace_database()

    at_once(lambda: bring(*first), lambda: bring(*second))
    assert [run.state for run in ImportRun.objects.all()] == ["finished", "finished"]
    # Which of the two brought a thing depends on which came first; what there is does not.
    for part in ("claims", "verdicts", "pairs"):
        assert everything()[part] == wanted[part]


def test_through_a_pooler_two_at_once_end_as_anywhere(pooled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction may get another connection, which another process has just used."""
    monkeypatch.setattr(run_import, "BATCH_SIZE", 8)
    brought = records(30)
    at_once(lambda: bring(*brought), lambda: bring(*brought))
    assert [run.state for run in ImportRun.objects.all()] == ["finished", "finished"]
    stored = everything()["verdicts"]
    bring(*brought)
    assert (everything()["verdicts"], len(stored) > 0) == (stored, True)


def test_a_run_is_carried_out_only_once(tmp_path: Path) -> None:
    place = tmp_path / "reviews.jsonl"
    place.write_bytes(orjson.dumps(review()) + b"\n")
    run = runs.find_or_create_run(str(place), Recipe(), by=None)
    with runs._lock_run(run):

        def again() -> None:
            try:
                with pytest.raises(runs.AlreadyRunning, match="is already running"):
                    runs.import_files(
                        run,
                        str(place),
                        Recipe(),
                        report_detection=lambda *found: None,
                        report_progress=lambda progress: None,
                        max_pages=1,
                    )
            finally:
                connections.close_all()

        thread = Thread(target=again)
        thread.start()
        thread.join()
    assert ImportRun.objects.get().state == "chosen"


#: The program with batches so small that a short file is written in five.
SMALL_BATCHES = """
import django
django.setup()
from claims.imports.storing import run_import
run_import.BATCH_SIZE = 200
from factcheck.command_line import main
main()
"""


def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    place = tmp_path / "reviews.jsonl"
    place.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records(800)))
    environment = os.environ | {
        **addresses(connection.settings_dict["NAME"]),
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefgh",
        "DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-c", SMALL_BATCHES, "import_claims", str(place), "--json"]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    with start() as process:
        assert process.stdout
        said = orjson.loads(process.stdout.read())
    assert process.wait() == 3  # some were refused
    wanted = everything()
    replace_database()

    chance = random.Random(4)  # noqa: S311  it decides when to kill
    for _attempt in range(3):
        with start() as process:
            until = chance.uniform(0, 1)
            while process.poll() is None:
                done = Verdict.objects.count() / max(len(wanted["verdicts"]), 1)
                if done >= until and (done or chance.random() < 0.05):
                    process.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.05)
    with start() as process:
        assert process.stdout
        finished = orjson.loads(process.stdout.read())
    assert process.wait() == 3
    assert everything() == wanted
    assert ImportRun.objects.filter(state="finished").count() == ImportRun.objects.count()
    if ImportRun.objects.count() == 1:
        assert finished | {"import": 0} == said | {"import": 0}

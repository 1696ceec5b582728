import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from deploy.cluster.daemons import Daemon, Daemons, StartedDaemon
from deploy.cluster.machines import Loopback

SLEEPS = Daemon(
    "pg-1", "sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], is_unprivileged=False
)


@pytest.fixture
def daemons(tmp_path: Path):
    daemons = Daemons(tmp_path, Loopback(21_000))
    yield daemons
    daemons.kill(*daemons.list_names())


def test_a_started_daemon_is_found_by_another_call_and_stopped(daemons: Daemons):
    daemons.start(SLEEPS)
    other = Daemons(daemons.folder, daemons.network)
    (process,) = other.list_processes("pg-1.sleeper")
    other.stop("pg-1.sleeper")
    assert not process.is_running()
    assert other.list_names() == []


def test_a_running_daemon_is_not_started_twice(daemons: Daemons):
    daemons.start(SLEEPS)
    first = daemons.find_process("pg-1.sleeper")
    daemons.start(SLEEPS)
    assert daemons.find_process("pg-1.sleeper") == first


def test_a_killed_daemon_can_be_started_again(daemons: Daemons):
    daemons.start(SLEEPS)
    daemons.kill("pg-1.sleeper")
    assert daemons.find_process("pg-1.sleeper") is None
    daemons.start(SLEEPS)
    assert daemons.find_process("pg-1.sleeper") is not None


def test_a_stopped_daemon_is_ended_too(daemons: Daemons):
    daemons.start(SLEEPS)
    daemons.send(signal.SIGSTOP, "pg-1.sleeper")
    daemons.stop("pg-1.sleeper")
    assert daemons.find_process("pg-1.sleeper") is None


def test_a_process_with_the_number_of_one_that_is_gone_is_left_alone(daemons: Daemons):
    """This test's own process must survive it."""
    reused = StartedDaemon(os.getpid(), psutil.Process().create_time() - 100)
    (daemons.folder / "run" / "pg-1.sleeper.json").write_text(json.dumps(asdict(reused)))
    assert daemons.find_process("pg-1.sleeper") is None
    daemons.kill("pg-1.sleeper")
    daemons.stop("pg-1.sleeper")

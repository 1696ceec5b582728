"""Limits of a confined process, and what remains after one is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from factcheck.confinement.confined import MAX_TASKS, ROOT, ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from tests.helpers.parallel import at_once

GREEDY = "tests.factcheck.confinement.greedy_work"


@pytest.fixture(scope="module")
def confined() -> Iterator[ConfinedModule]:
    """So patient that no busy machine needs longer."""
    confined = ConfinedModule(GREEDY, Allowance(memory=160_000_000, seconds=120.0, output=100_000))
    yield confined
    confined.close()


@pytest.fixture(scope="module")
def hasty() -> Iterator[ConfinedModule]:
    confined = ConfinedModule(GREEDY, Allowance(seconds=1.0))
    yield confined
    confined.close()


def test_bytes_in_bytes_out(confined: ConfinedModule) -> None:
    assert confined.send_request(b"repeat " + bytes(range(256)) * 300) == bytes(range(256)) * 300
    assert confined.send_request(b"repeat ") == b""


def test_nothing_is_there_of_earlier_work(confined: ConfinedModule) -> None:
    assert [confined.send_request(b"seen") for _ in range(3)] == [b"2", b"2", b"2"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "cause"),
    [
        (b"memory", Cause.MEMORY),
        (b"shared_memory", Cause.MEMORY),
        (b"much", Cause.OUTPUT),
        (b"abort", Cause.CRASH),
    ],
)
def test_exceeding_a_limit_is_fatal_and_named(confined: ConfinedModule, work: bytes, cause: Cause) -> None:
    with pytest.raises(LimitExceeded) as ended:
        confined.send_request(work)
    assert ended.value.cause is cause
    assert confined.send_request(b"repeat after that") == b"after that"


@pytest.mark.slow
@pytest.mark.parametrize("work", [b"sleep", b"sleep_unalarmed", b"spin"])
def test_slow_work_is_ended_and_its_caller_continues(hasty: ConfinedModule, work: bytes) -> None:
    with pytest.raises(LimitExceeded) as ended:
        hasty.send_request(work)
    assert ended.value.cause is Cause.TIME
    assert hasty._program is not None
    assert hasty._program.poll() is None


def test_a_fault_of_ours_is_reported_to_the_operator(
    confined: ConfinedModule, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LimitExceeded) as ended:
        confined.send_request(b"fail")
    assert ended.value.cause is Cause.CRASH
    assert "ValueError: of no use" in caplog.text


def test_no_file_is_written(confined: ConfinedModule, tmp_path: Path) -> None:
    assert confined.send_request(b"write " + str(tmp_path / "a").encode()) == b"refused"


def test_no_secret_is_known(confined: ConfinedModule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@c/d")
    fresh = ConfinedModule(GREEDY)
    known = set(fresh.send_request(b"environment").decode().split())
    fresh.close()
    assert not known & {"DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}


def test_nothing_is_open_but_its_own_socket(confined: ConfinedModule) -> None:
    """The last one is the folder that is listed."""
    assert confined.send_request(b"opened") == b"0 1 2 3 4"


def test_threads_share_it(confined: ConfinedModule) -> None:
    calls = [lambda number=number: confined.send_request(b"repeat %d" % number) for number in range(12)]
    assert at_once(*calls) == [b"%d" % number for number in range(12)]


def test_a_caller_without_a_free_slot_is_refused(
    confined: ConfinedModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factcheck.confinement.confined.QUEUE_SECONDS", 0.01)
    for _ in range(MAX_TASKS):
        confined._seats.acquire()
    with pytest.raises(LimitExceeded) as refused:
        confined.send_request(b"repeat 1")
    for _ in range(MAX_TASKS):
        confined._seats.release()
    assert refused.value.cause is Cause.BUSY
    assert confined.send_request(b"repeat 1") == b"1"


def test_a_zygote_that_was_killed_is_replaced(confined: ConfinedModule) -> None:
    confined.send_request(b"repeat 1")
    assert confined._program is not None
    confined._program.kill()
    assert confined.send_request(b"repeat 2") == b"2"
    # Its end has not been noticed yet.
    confined._program.kill()
    psutil.Process(confined._program.pid).wait(120) if psutil.pid_exists(confined._program.pid) else None
    assert confined.send_request(b"repeat 3") == b"3"


def test_a_question_in_the_moment_when_the_zygote_ends() -> None:
    confined = ConfinedModule(GREEDY)
    confined.send_request(b"repeat 1")
    assert confined._program is not None
    os.kill(confined._program.pid, signal.SIGSTOP)
    killed = psutil.Process(confined._program.pid)

    def ended() -> bytes:
        time.sleep(0.2)
        killed.kill()
        return b""

    [answer, _] = at_once(lambda: confined.send_request(b"repeat 2"), ended)
    confined.close()
    assert answer == b"2"


PARENT = """
    import os, signal, sys, threading, time
    import psutil
    from factcheck.confinement.confined import ConfinedModule

    # Where tests run in the background, they are told to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    confined = ConfinedModule("tests.factcheck.confinement.greedy_work")
    confined.send_request(b"repeat 1")
    zygote = psutil.Process(confined._program.pid)
    while zygote.children():  # who has answered may be about to end
        time.sleep(0.01)
    threading.Thread(target=confined.send_request, args=[b"sleep"], daemon=True).start()
    if "fork" in sys.argv and os.fork() == 0:
        print("forked", confined.send_request(b"repeat forked").decode(), flush=True)
        time.sleep(600)
    while not zygote.children():
        time.sleep(0.01)
    print("ready", zygote.pid, flush=True)
    time.sleep(600)
"""


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them have ended, or do so soon."""
    _, alive = psutil.wait_procs(processes, timeout=120)
    return not [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_its_caller(sign: signal.Signals) -> None:
    with started() as parent:
        assert parent.stdout is not None
        _, zygote = parent.stdout.readline().split()
        family = [psutil.Process(int(zygote)), *psutil.Process(int(zygote)).children(recursive=True)]
        assert len(family) == 2
        parent.send_signal(sign)
    assert gone(family)


@pytest.mark.slow
def test_a_forked_process_has_its_own_helper_and_keeps_no_other() -> None:
    with started("fork") as parent:
        assert parent.stdout is not None
        output = dict(parent.stdout.readline().split() for _ in range(2))
        assert output["forked"] == "forked"
        zygote = psutil.Process(int(output["ready"]))
        [forked] = [child for child in psutil.Process(parent.pid).children() if child.pid != zygote.pid]
        parent.kill()
        assert gone([zygote])
        [its_zygote] = forked.children()
        forked.kill()
        assert gone([its_zygote])

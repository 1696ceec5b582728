"""Programs of others are held to what they may take."""

import shutil

import pytest

from factcheck.confinement.bounded_programs import run_bounded
from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause

SHELL = shutil.which("sh") or "/bin/sh"
#: So patient that no busy machine needs longer.
MODEST = Allowance(memory=256 * 2**20, seconds=120.0, output=100_000)


def run(script: str, allowance: Allowance = MODEST) -> tuple[bytes, str, bool]:
    done = run_bounded(SHELL, ["-c", script], allowance)
    return done.output, done.error_text, done.has_succeeded


def cause(script: str, allowance: Allowance = MODEST) -> Cause:
    with pytest.raises(LimitExceeded) as bounds:
        run(script, allowance)
    return bounds.value.cause


def test_its_output_is_returned() -> None:
    assert run("echo found; echo odd >&2") == (b"found\n", "odd\n", True)
    assert run("exit 3")[2] is False


def test_it_gets_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "guarded")
    output, _complaints, _succeeded = run("env")
    assert b"guarded" not in output
    assert {line.partition(b"=")[0] for line in output.split()} <= {
        b"LANG",
        b"AV_LOG_FORCE_NOCOLOR",
        b"PWD",
        b"_",
        b"SHLVL",
    }


def test_it_gets_no_input_and_writes_no_files(tmp_path: object) -> None:
    assert run("cat")[0] == b""
    assert run(f"echo x > {tmp_path}/x; test -s {tmp_path}/x")[2] is False


@pytest.mark.slow
def test_time_is_up() -> None:
    """Nothing else would end it with a cause."""
    assert cause("sleep 60", Allowance(seconds=1.5)) is Cause.TIME


@pytest.mark.slow
def test_its_children_end_with_it() -> None:
    assert cause("sleep 61 & sleep 61", Allowance(seconds=1.5)) is Cause.TIME


def test_too_much_output() -> None:
    assert cause("while true; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done") is Cause.OUTPUT


def test_endless_complaints_are_cut() -> None:
    _output, error_text, _succeeded = run("head -c 5000000 /dev/zero >&2")
    assert len(error_text) < 3_000_000


def test_a_program_that_is_not_there() -> None:
    assert run_bounded("/no/such/program", [], MODEST).has_succeeded is False


def test_a_crash() -> None:
    assert cause("kill -SEGV $$") is Cause.CRASH


def test_a_confined_process_cannot_open_files() -> None:
    confined = ConfinedModule("tests.helpers.file_opening_process")
    try:
        assert confined.send_request(b"") == b"[False, False] True"
    finally:
        confined.close()

"""The commands of a newcomer: make, and the pinned packages behind it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin"} | environment
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)


def test_make_without_a_goal_lists_every_command():
    said = run("make")
    assert said.returncode == 0
    described = [line.split()[1] for line in said.stdout.splitlines()]
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert described == phony.split()
    assert run("make", "help").stdout == said.stdout


@pytest.mark.parametrize("name", ["base", "dev", "scale"])
def test_every_package_is_pinned_with_hashes_and_no_index(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert len(pins) > 10
    for pin in pins:
        assert re.match(r"[a-z0-9-]+==\S+ .*\\\n    --hash=sha256:[0-9a-f]{64}", pin), pin
    assert "://" not in text
    assert not re.search(r"^--(index|extra-index|find-links)", text, flags=re.MULTILINE)


def test_all_requirements_are_pinned():
    for name in ("base", "dev", "scale"):
        asked = re.findall(
            r"^([a-z][a-z0-9-]*)", (ROOT / "requirements" / f"{name}.in").read_text(), flags=re.MULTILINE
        )
        pinned = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert [package for package in asked if f"\n{package}==" not in f"\n{pinned}"] == []


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project in a folder with a space in its name, with no packages to install."""
    place = tmp_path / "my project"
    (place / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "requirements" / "install", place / "requirements")
    (place / "requirements" / "base.txt").touch()
    return place


def stand_in(folder: Path, script: str) -> Path:
    """A program that is called instead of Python."""
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_old_python_is_refused_by_name(clone):
    old = stand_in(clone, "exit 1")
    said = run("requirements/install", "base", cwd=clone, PYTHON=str(old))
    assert said.returncode == 1
    assert said.stderr == f"PYTHON={old} cannot be used: Python 3.11 or newer is needed.\n"
    assert not (clone / ".venv").exists()


def test_python_without_venv_gets_instructions(clone):
    script = """case "$*" in
        *ensurepip*) exit 1;;
        *print*) echo 3.11.2 cpython-311;;
        *--version*) echo Python 3.11.2;;
    esac"""
    bare = stand_in(clone, script)
    said = run("requirements/install", "base", cwd=clone, PYTHON=str(bare))
    assert said.returncode == 1
    assert said.stderr == (
        "Python 3.11.2 lacks the modules venv and ensurepip. On Debian or Ubuntu: apt-get install python3-venv\n"
    )


@pytest.mark.slow
def test_python_without_venv_is_passed_over_for_one_that_has_it(clone, tmp_path):
    (tmp_path / "bin").mkdir()
    stand_in(tmp_path / "bin", 'case "$*" in *ensurepip*) exit 1;; *version_info*) exit 0;; esac; exit 1')
    (tmp_path / "bin" / "python3.12").symlink_to(sys.executable)
    result = run("requirements/install", cwd=clone, PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert result.returncode == 0, result.stderr
    assert "Creating the environment in .venv with Python 3." in result.stderr


def test_packages_are_installed_once_until_the_pins_change(clone):
    """With a pip that only writes down that it was called."""
    calls = clone / "calls"
    python = stand_in(
        clone,
        f"""case "$*" in
            *print*) echo 3.11.2 cpython-311;;
            "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
            *"pip install"*) echo "$*" >> "{calls}";;
        esac""",
    )
    for _time in range(2):
        assert run("requirements/install", "base", cwd=clone, PYTHON=str(python)).returncode == 0
    (call,) = calls.read_text().splitlines()
    assert "--require-hashes --no-deps" in call

    (clone / "requirements" / "base.txt").write_text("# changed\n")
    assert run("requirements/install", "base", cwd=clone, PYTHON=str(python)).returncode == 0
    assert len(calls.read_text().splitlines()) == 2


def test_moved_project_gets_a_new_environment(clone, tmp_path):
    script = """case "$*" in
        *print*) echo 3.11.2 cpython-311;;
        "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
    esac"""
    python = stand_in(tmp_path, script)
    run("requirements/install", "base", cwd=clone, PYTHON=str(python))
    moved = clone.rename(tmp_path / "elsewhere")
    said = run("requirements/install", "base", cwd=moved, PYTHON=str(python))
    assert "Creating the environment" in said.stderr

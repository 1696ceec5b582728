"""The wheel holds everything, and runs where no clone is."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

pytest.importorskip("hatchling")
pytest.importorskip("hatch_requirements_txt")

pytestmark = pytest.mark.slow

ROOT: Path = settings.BASE_DIR
PACKAGES, BUNDLED = (
    ("factcheck", "claims", "sources"),
    ("templates", "static", "locale", "docs/examples/api", "pyproject.toml"),
)

#: Checks inside the installed package: no module comes from a clone, all templates load, and the demo finds its files.
LOOK = """
from pathlib import Path
import factcheck
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from claims.management.demo import demo_newsroom
from factcheck.api.openapi.examples import load_examples
from factcheck.installation.version import read_version
for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
assert finders.find("site.css") == str(settings.BASE_DIR / "static" / "site.css")
print(Path(factcheck.__file__).parent)
print(settings.BASE_DIR)
print(settings.DATA_DIR)
print(read_version(), len(list(load_examples())), demo_newsroom.FOLDER.is_dir())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git knows, as a release is."""
    if not shutil.which("git"):
        pytest.skip("The program git is not there.")
    place = tmp_path_factory.mktemp("wheel")
    for name in _known():
        copy = place / "clone" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy)
    command = [sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--wheel", "--no-build-isolation"]
    subprocess.run([*command, "--out-dir", place, place / "clone"], check=True)
    (built,) = place.glob("*.whl")
    return built


def _known() -> list[str]:
    """Files that are committed, or would be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    said = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in said.split("\0") if name and (ROOT / name).is_file() and ".venv" not in name]


def test_it_holds_every_file_of_the_program_and_no_other(wheel: Path) -> None:
    ours = [name for name in _known() if name.startswith(tuple(f"{package}/" for package in PACKAGES))]
    bundled = [
        f"factcheck/bundle/{name}"
        for name in _known()
        if name == "pyproject.toml" or name.startswith(tuple(f"{folder}/" for folder in BUNDLED))
    ]
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(held) == sorted(ours + bundled)


def test_it_runs_elsewhere(wheel: Path, tmp_path: Path) -> None:
    installed, home, elsewhere = tmp_path / "installed", tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*command, "--target", installed, wheel], check=True)
    environment = {
        "PATH": os.defpath,
        "HOME": str(home),
        "PYTHONPATH": str(installed),
        "SECRET_KEY": "only-for-tests-" + "x" * 40,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/unreachable",
    }

    def said(*arguments: str) -> str:
        program = [str(installed / "bin" / "factcheck"), *arguments]
        ran = subprocess.run(
            program, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert said("check").startswith("System check identified no issues")
    assert said("shell", "--no-imports", "--command", LOOK).splitlines() == [
        str(installed / "factcheck"),
        str(installed / "factcheck" / "bundle"),
        str(home / ".local" / "share" / "factcheck"),
        f"{_version()} {len(list((ROOT / 'docs/examples/api').glob('*.json')))} True",
    ]
    assert list(elsewhere.iterdir()) == []


def _version() -> str:
    from factcheck.installation.version import read_version  # noqa: PLC0415  of the clone

    return read_version()

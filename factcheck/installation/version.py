"""The version from pyproject.toml, for the API, exports and other uses."""

import tomllib
from functools import cache

from factcheck.installation.program import FILES

PYPROJECT_FILE = FILES / "pyproject.toml"


@cache
def read_version() -> str:
    """Return the version of this program from pyproject.toml."""
    number: str = tomllib.loads(PYPROJECT_FILE.read_text(encoding="utf-8"))["project"]["version"]
    return number

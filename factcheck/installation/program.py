"""The location of the program and its data files, in a clone or a wheel."""

from pathlib import Path

#: The folder that contains this project's packages: the clone, or site-packages.
PACKAGES = Path(__file__).resolve().parents[2]
_BUNDLE_FOLDER = PACKAGES / "factcheck" / "bundle"  # pyproject.toml puts them there
IS_INSTALLED = _BUNDLE_FOLDER.is_dir()
#: Templates, static files, examples of the API and pyproject.toml.
FILES = _BUNDLE_FOLDER if IS_INSTALLED else PACKAGES
#: Data are never stored where the program is installed, and their place does not depend on the working directory.
DATA = Path("~/.local/share/factcheck") if IS_INSTALLED else PACKAGES / ".postgres"

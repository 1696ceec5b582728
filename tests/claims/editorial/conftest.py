"""What tests of the editorial API share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> Path:
    """A separate folder for captured files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"

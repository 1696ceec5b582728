"""What nginx says of a configuration, where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest


def refused_by_nginx(configuration: str, folder: Path) -> str:
    """Return nginx's error about a configuration for the `http` block; empty if it accepts it."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("nginx is not installed")
    whole = folder / "nginx.conf"
    whole.write_text(
        f"pid {folder}/pid; error_log stderr; events {{}}\nhttp {{ access_log off; {configuration} }}"
    )
    checked = subprocess.run(
        [program, "-t", "-c", whole, "-p", folder], capture_output=True, text=True, check=False
    )
    return checked.stderr if checked.returncode else ""

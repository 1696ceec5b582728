"""Collect all visible strings, update the catalogues and compile them: `make messages`."""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print for each language how many messages are untranslated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.messages.settings")
    django.setup()
    from deploy.messages.collection import update_catalogues  # noqa: PLC0415  what reads templates wants settings

    for line in update_catalogues(ROOT):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()

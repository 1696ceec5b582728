"""The features that administrators switched on or off at the desk, as known to this process.

Every process reloads them after some seconds, so that a change takes effect everywhere without a restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from django.db import Error
from django.utils.module_loading import import_string

#: How long a process relies on what it read.
MAX_AGE_SECONDS = 5.0


@dataclass
class KnownChoices:
    """Whether each switched feature is on, by label.

    Attributes:
        reader: the dotted name of the function that loads the choices.
        until: when to load them again (`time.monotonic`).
    """

    reader: str = ""
    by_label: Mapping[str, bool] = field(default_factory=dict)
    until: float = 0.0


known_choices = KnownChoices()


def find_choices() -> Mapping[str, bool]:
    """Return whether each switched feature is on."""
    if known_choices.reader and monotonic() >= known_choices.until:
        read_again()
    return known_choices.by_label


def read_again() -> None:
    """Reload the choices. If the database does not respond, the previous ones stay."""
    # First, so that other threads do not read them too.
    known_choices.until = monotonic() + MAX_AGE_SECONDS
    try:
        known_choices.by_label = import_string(known_choices.reader)()
    except Error:
        return

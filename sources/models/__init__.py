"""A Source is a document, a Snapshot what its address held at a moment, a Publisher who answers for it."""

from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source

__all__ = ["Publisher", "Snapshot", "Source"]

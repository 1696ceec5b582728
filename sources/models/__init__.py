from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source

__all__ = ["Publisher", "Snapshot", "Source"]

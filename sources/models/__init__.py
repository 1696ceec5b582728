"""A Source is a document, a Snapshot what its address held at a moment, a Publisher who answers for it.

A MediaObject is a picture, a sound or a film, a MediaHash what it looks like.
"""

from .media_hash import MediaHash
from .media_object import MediaObject
from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source

__all__ = ["MediaHash", "MediaObject", "Publisher", "Snapshot", "Source"]

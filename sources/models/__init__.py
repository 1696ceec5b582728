"""Models: a Source is a document, a Snapshot its content at a moment, a Publisher who is responsible for it.

An ArchivedCopy is what was kept of a document for good, with its files and their timestamps. A
MediaObject is a picture, a sound or a film, a MediaHash what it looks like.
"""

from .archived_copy import ArchivedCopy, ArchivedFile, Timestamp
from .archiving_request import ArchivingRequest
from .media_hash import MediaHash
from .media_object import MediaObject
from .public_deposit import PublicDeposit
from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source
from .visited_site import VisitedSite

__all__ = [
    "ArchivedCopy",
    "ArchivedFile",
    "ArchivingRequest",
    "MediaHash",
    "MediaObject",
    "PublicDeposit",
    "Publisher",
    "Snapshot",
    "Source",
    "Timestamp",
    "VisitedSite",
]

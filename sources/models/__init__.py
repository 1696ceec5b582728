"""Models: a Source is a document, a Snapshot its content at a moment, a Publisher its publisher.

A MediaObject is a picture, recording or video; a MediaHash describes its look.
"""

from .media_hash import MediaHash
from .media_object import MediaObject
from .publisher import Publisher
from .snapshot import Snapshot
from .source import Source
from .visited_site import VisitedSite

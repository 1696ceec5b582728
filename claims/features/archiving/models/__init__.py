"""What is kept of documents for good, and what was requested."""

from .archived_copy import ArchivedCopy, ArchivedFile, Timestamp
from .archiving_request import ArchivingRequest
from .citing_rows import CitedSource, CitingAppearance, CitingEvidence, CitingVerdict
from .public_deposit import PublicDeposit

__all__ = [
    "ArchivedCopy",
    "ArchivedFile",
    "ArchivingRequest",
    "CitedSource",
    "CitingAppearance",
    "CitingEvidence",
    "CitingVerdict",
    "PublicDeposit",
    "Timestamp",
]

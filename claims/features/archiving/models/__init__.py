"""Archived documents and requests to archive them."""

from .archived_copy import ArchivedCopy, ArchivedFile, Timestamp
from .archiving_request import ArchivingRequest
from .citing_rows import CitedSource, CitingAppearance, CitingEvidence, CitingVerdict
from .public_deposit import PublicDeposit

"""From bytes to a document: HTML, plain text and PDF → title, byline, date, language, publisher, clean text.

Pure: the same bytes and hints give the same document, and nothing is read from disk, network or database.
"""

from .document import Document, ExtractionError
from .extract import LARGEST, extract
from .language import detect_language

__all__ = ["LARGEST", "Document", "ExtractionError", "detect_language", "extract"]

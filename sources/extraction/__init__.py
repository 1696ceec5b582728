"""Extraction: bytes → a document with title, byline, date, language, publisher, and text.

    bounded_extraction   what everybody else calls: extraction in a process of its own, with bounds
    reading_process      what runs there
    extract              which kind of document it is, and who reads it
    web_pages/           pages: the article's own words, what of the page was not read, and pages that are none
    pdf/                 the text layer in reading order
    office, transcripts, plain_text
    document             what comes out

Pure: the same bytes and hints give the same document, and nothing is read from disk, network or database. What is
exported here loads no parser.
"""

from .document import MAX_BYTES, Document, ExtractionError
from .language import detect_language

__all__ = ["MAX_BYTES", "Document", "ExtractionError", "detect_language"]

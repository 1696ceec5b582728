"""Extraction: bytes → a document with title, byline, date, language, publisher and text.

    bounded_extraction   the entry point for other packages: extraction in a separate process with limits
    reading_process      the code that runs in that process
    extract              detects the kind of document and calls its reader
    web_pages/           pages: the article's text, warnings about unread parts, and pages without an article
    pdf, pdf_layout      the text layer in reading order
    office, transcripts, plain_text
    document             the result

Pure: the same bytes and hints give the same document, and nothing is read from disk, network or database. Importing
this package loads no parser.
"""

from .document import MAX_BYTES, Document, ExtractionError
from .language import detect_language

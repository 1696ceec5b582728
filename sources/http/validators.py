"""What servers send with their answers, in a form that columns can hold."""

LONGEST_ETAG, LONGEST_MODIFIED = 500, 100


def clean_validators(etag: str, last_modified: str) -> dict[str, str]:
    """Return a server's ETag and Last-Modified if they fit in the columns; without them, it sends everything again."""
    return {
        "etag": etag if len(etag) <= LONGEST_ETAG and etag.isprintable() else "",
        "last_modified": last_modified
        if len(last_modified) <= LONGEST_MODIFIED and last_modified.isprintable()
        else "",
    }


def clean_error_text(sentence: str) -> str:
    """Return an error text in a form that a database can store."""
    return sentence.replace("\0", "�")

"""Make values from server responses fit for database columns."""

MAX_ETAG_LENGTH, MAX_MODIFIED_LENGTH = 500, 100


def clean_validators(etag: str, last_modified: str) -> dict[str, str]:
    """Return ETag and Last-Modified if they fit in their columns. Without them, the next fetch gets a full response."""
    return {
        "etag": etag if len(etag) <= MAX_ETAG_LENGTH and etag.isprintable() else "",
        "last_modified": last_modified
        if len(last_modified) <= MAX_MODIFIED_LENGTH and last_modified.isprintable()
        else "",
    }


def clean_error_text(sentence: str) -> str:
    """Return an error text in a form that a database can store."""
    return sentence.replace("\0", "�")

"""The ledger as files: `manage.py export_claims` writes them, and `restore/` reads them back.

    selection       the exported claims at one moment of the ledger, read from one database snapshot
    lines           the lines of the lossless format, and their reader and writer (docs/exports.md)
    archive         the ledger and everything it mentions, as those lines
    format_choice   the content of each format
    outputs         standard output, or a file that an interrupted export can continue
    manifest        a file's content and checksum
    export_run      runs an export with all of these

The pure writers of formats are in `formats/`; `restore/` reads the lossless format back.
"""

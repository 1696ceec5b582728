"""The ledger as files: `manage.py export_claims`; and back: `restore/`.

    selection       which claims, as of which moment of the ledger, read from one snapshot of the database
    lines           the lossless format: what its lines are, written and read (docs/exports.md)
    archive         the ledger and all that it mentions, as those lines
    format_choice   what each format writes
    outputs         where it goes: standard output, or a file that can be continued when it was interrupted
    manifest        what a file holds, with its checksum
    export_run      all of it together

The pure writers of formats are in `formats/`; `restore/` reads the lossless format back.
"""

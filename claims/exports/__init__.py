"""The ledger as files: `manage.py export_claims`.

    selection    which claims, as of which moment of the ledger, read from one snapshot of the database
    lines        the lossless format: what its lines are, written and read (docs/exports.md)
    archive      the ledger and all that it mentions, as those lines
    formats      what each format writes
    outputs      where it goes: standard output, or a file that can be continued when it was interrupted
    manifest     what a file holds, with its checksum
    running      all of it together

The pure writers of formats are in `claims.exports.formats`; `claims.exports.restore` reads the lossless format back.
"""

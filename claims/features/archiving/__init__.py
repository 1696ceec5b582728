"""Archiving: permanent copies of cited pages, timestamps, and all evidence of a claim in one file.

Adds to the core: triggers that request a copy of each cited source, jobs that make the copies, a panel and a filter for
sources at the desk, downloads of evidence packs, copies and packs in the API and for readers, the commands
`archive_sources` and `evidence_pack`, and tables for copies, files, timestamps, requests and deposits.

`models.citing_rows` has the triggers that request copies, and `queue` leases due requests to the worker.
`copies` stores a copy of one URL, with pictures from `browser`. `timestamps` gets files signed by an
authority, `deposits` asks public archives to keep pages, and `evidence_pack` writes the ZIP. Begin with
`copies`. docs/archiving.md is for operators.
"""

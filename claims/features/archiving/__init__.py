"""Archiving: permanent copies of cited pages, timestamps, and all evidence of a claim in one file.

Adds to the core: triggers that request a copy of whatever is cited, jobs that make the copies, a panel and a filter for
sources at the desk, downloads of evidence packs, copies and packs in the API and for readers, the commands
`archive_sources` and `evidence_pack`, and tables for copies, files, timestamps, requests and deposits.

`models.citing_rows` has the triggers, `queue` the due requests, `copies` makes a copy of one address, with pictures by
`browser`. `timestamps` has an authority sign files, `deposits` asks public archives to keep a page as well, and
`evidence_pack` writes the ZIP. Begin with `copies`. docs/archiving.md is for operators.
"""

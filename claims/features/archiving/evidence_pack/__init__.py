"""The evidence pack: the evidence for a published claim as a ZIP that can be checked without our software.

    pack             what is in it, and the ZIP itself, as a stream
    cited_files      which texts, copies and uploads belong to the sources of a claim
    ledger_files     the entries of the claim, as they are served
    proof_files      that the ledger has them as it was signed, in steps of sha256sum
    web_archive      its pages as a WACZ, which players open
    warc_index       what a WARC file holds, as players look it up
    timestamp_files  timestamps and certificates as `openssl ts` reads them
    readme           how each of these is checked, in plain words
    streamed_zip     a ZIP that is written in one go: the same content gives the same bytes

Only published content is queried here. Begin with `pack`.
"""

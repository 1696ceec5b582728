"""The evidence pack of a published claim: a ZIP that anyone can verify without our software.

    pack             the contents of the pack, and the ZIP itself as a stream
    cited_files      the texts, copies and uploads of a claim's sources
    ledger_files     the claim's ledger entries, as served
    proof_files      proofs that these entries are in the signed ledger, as sha256sum commands
    web_archive      the captured pages as a WACZ, for web archive players
    warc_index       the index of a WARC file, for players
    timestamp_files  timestamps and certificates, for `openssl ts`
    readme           how to check each of these files, in plain words
    streamed_zip     a ZIP written in one pass: the same content gives the same bytes

The pack contains only published content. Begin with `pack`.
"""

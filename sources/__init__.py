"""Sources: documents, their snapshots, and their publishers.

    models/       Source, Snapshot, Publisher
    http/         the only outgoing HTTP: fetched documents, sent messages
    extraction/   bytes → a document with title, byline, date, language and text (pure)
    capture       material → Source and Snapshot, from every input
    archive       the bytes behind every snapshot, picture and archived copy
    known_sites   whose turn it is at a site
    page_lists    feeds and sitemaps → the pages that they list (pure)
    addresses     when two spellings of an address mean one page
    admin/  api/  its pages of the desk; what lists of sources are asked

Imports `factcheck` only. Begin with `capture`.
"""

"""Sources: documents, their snapshots, and their publishers.

    models/       Source, Snapshot, Publisher
    http/         the only outgoing HTTP: fetched documents, sent messages
    extraction/   bytes → a document with title, byline, date, language and text (pure)
    capture       material → Source and Snapshot, from every input
    archive       the bytes behind every snapshot, picture and archived copy
    known_sites   lets processes take turns at sending requests to a site
    page_lists    feeds and sitemaps → the pages they list (pure)
    addresses     whether two spellings of a URL mean the same page
    admin/  api/  desk pages; query parameters of the lists of sources

Imports `factcheck` only. Begin with `capture`.
"""

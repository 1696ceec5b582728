"""Permanent copies of cited pages: the server's response, a reader's view, and a timestamp.

    requests        requesting a copy
    queue           due requests, and their leases
    schedule           one source after the other, and what became of each
    warc            what went over the wire (`sources.http.exchanges`) as a WARC file
    copies          one address → an ArchivedCopy with its files
    browser/        pages as readers see them: Chromium, which reaches the public internet only
    uploads         uploaded files
    timestamps      an authority signs when a file existed; `stamp_encoding` is how it is asked (pure)
    deposits        public archives are asked to keep a page as well
    tasks           what the worker does

Imports models, `capture` and `http`. Begin with `copies`.
"""

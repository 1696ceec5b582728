"""The reader pages: lists, claims, versions, and sources.

`views` are the pages, `responses` how a page becomes a response, `reader_tags` what templates say about documents.
"""

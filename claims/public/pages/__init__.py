"""The reader pages: lists, claims, versions, and sources.

`views` has the pages, `responses` turns a page into a response, and `reader_tags` has template tags for documents.
"""

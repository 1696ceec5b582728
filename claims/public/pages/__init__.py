"""The reader pages: lists, claims, their versions, sources with what was checked in them; cards for other sites.

`views` are the pages, `responses` how a page becomes a response, `reader_tags` what templates say about documents.
"""

"""The public side: the API, the reader pages and the feeds.

Imports the ledger, search and quotes; never review, imports, articles or the desk (an import contract enforces that).
All queries begin with publications, so none can reach a draft. Begin with `api/claims.py` for the API, and with
`pages/views.py` for the pages.
"""

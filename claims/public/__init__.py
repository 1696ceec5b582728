"""The public side: the API, the reader pages, the feeds.

Imports the ledger, search, quotes and what became of links; never review, imports, articles or the desk (an import
contract holds that). Its queries begin with publications, so there is none that could reach a draft.

Begin with `api/claims.py` for the API, with `pages/views.py` for the pages.
"""

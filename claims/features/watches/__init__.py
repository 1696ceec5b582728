"""Watches: feeds, sitemaps and pages whose new articles are imported automatically.

Adds to the core: a page of the desk with a queue of failing watches, a filter for the list of claims, the
command `watch_sources`, jobs, demo data, and tables for watches, their progress and the pages they found. Begin
with `visits`, which makes one visit, from the list to its articles; it can be killed at any moment and
repeated.

`discovered_feeds` finds the lists that can be followed at a pasted URL, `watch_edits` has the actions of people,
`listed_pages` decides which pages of a list to fetch, and `watched_articles` imports one of them. Sites and
their pauses are in `sources.known_sites`.
"""

"""Watches: feeds, sitemaps and pages whose new articles are imported automatically.

Adds to the core: a page of the desk with a queue for watches that fail, a filter of the list of claims, the command
`watch_sources`, jobs, rows of the demonstration, and tables for watches, their progress and the pages that they found.
Begin with `visits`: one visit, from the list to its articles; it can be killed at any moment and is called again.

`discovered_feeds` finds what can be followed at a pasted address, `watch_edits` holds what a person does with a watch,
`listed_pages` decides which pages of a list are fetched, and `watched_articles` imports one of them.
Sites and their pauses are in `sources.known_sites`.
"""

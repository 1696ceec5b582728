"""Watches: feeds, sitemaps and pages whose new articles are imported automatically.

Adds to the core: a page of the desk with a queue of failing watches, a filter for the list of claims, the command
`watch_sources`, jobs, demo data, and tables for watches, their progress and the pages they found. Begin with `visits`:
a visit fetches a watch's list and the articles in it. A visit can be killed at any moment and repeated.

`discovered_feeds` finds the lists that can be followed at a pasted URL, `watch_edits` holds the actions
that people can take, `listed_pages` decides which pages of a list to fetch, and `watched_articles` imports one of these
pages. Sites and the pauses between visits to them are in `sources.known_sites`.
"""

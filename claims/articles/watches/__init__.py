"""Watches: feeds, sitemaps and pages whose articles are imported automatically.

    watch_edits      what a person does with a watch: add, switch off and on, have it visited, remove
    discovered_feeds      an address that somebody pasted → what of it can be followed
    visits           one visit, from the list to its articles; can be killed at any moment and is simply called again
    leases           which watch is due, and whose it is meanwhile
    listed_pages     what a list holds → pages to be fetched
    watched_articles one page → an imported article, or what became of it otherwise
    tasks            what the worker does, once a minute

Whose turn it is at a site, `sources.known_sites` knows. Begin with `visits`.
"""

"""A headless Chromium browser that takes pictures of pages, with limits and access to the public internet only.

    page_pictures   an address → a screenshot of the whole page, and a PDF
    chromium        one browser for one page: started, watched, ended with all that belongs to it
    devtools        the messages to it, over a private pipe (Chrome DevTools Protocol)
    launch          the program that lowers limits and becomes the browser

Its only way out is `sources.http.forward_proxy`. Knows no model. Begin with `page_pictures`.
"""

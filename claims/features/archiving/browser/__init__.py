"""A headless Chromium browser with limits, which takes a screenshot and a PDF of a page.

    page_pictures   a URL → a screenshot of the whole page, and a PDF
    chromium        one browser per page: started, monitored, and killed with all its processes
    devtools        messages to the browser over a private pipe (Chrome DevTools Protocol)
    launch          the program that sets limits and then becomes the browser

The browser can reach the network only through `sources.http.forward_proxy`. Uses no models. Begin with `page_pictures`.
"""

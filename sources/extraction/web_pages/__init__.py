"""Web pages: the article's text without navigation, teasers and comments, and warnings about unread parts.

    page           a page → its document
    markup         the tree of a page, and the runs of text in it
    positions         where on a page a text stands that was taken from it
    article_runs   the article's runs: trafilatura's, corrected by the page's own metadata
    markers          what names of elements and words of links tell
    walls          pages that stand in front of an article: consent, log-in, scripts, checks for robots
    warnings     how much of a page was not read

Begin with `page`.
"""

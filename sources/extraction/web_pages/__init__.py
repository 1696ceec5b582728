"""Web pages: the article's text without navigation, teasers and comments, and warnings about unread parts.

    page           a page → its document
    markup         the tree of a page, and the runs of text in it
    positions      where on its page an extracted text stands
    article_runs   the article's runs: trafilatura's, corrected by the page's own metadata
    markers        what element names and link texts reveal
    walls          pages in front of an article: consent, sign-in, scripts, robot checks
    warnings       which parts of a page were not read

Begin with `page`.
"""

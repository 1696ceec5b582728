"""Articles: capture them as sources, search them for claims, and propose each claim at its exact position.

    article_import     one article: source, snapshot and proposals, in one transaction
    proposals          turns the detected statements into a triage queue
    bounded_detection  the detector in a separate process with limited time and memory
    detection/         a text → its check-worthy statements, with speakers and reasons to check them (pure)

Imports quotes, newsroom, models and `sources`. Begin with `article_import`.
"""

"""Articles: captured as sources, and searched for claims, each proposed at its exact position.

    article_import     one article: source, snapshot and proposals, all of it or nothing
    proposals          what the detector finds becomes a triage queue
    bounded_detection  the detector in a process of its own, which can take only so much time and memory
    detection/         a text → its check-worthy statements, who said them, and why to check them (pure)

Imports quotes, newsroom, models and `sources`. Begin with `article_import`.
"""

"""Published verdicts for other platforms: Community Notes, Bluesky labels, ClaimReview, signed pictures.

Adds to the core: a page for each claim at the desk. Nothing is sent automatically. Begin with `wordings`.
"""

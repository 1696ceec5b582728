"""Published verdicts for other platforms: Community Notes on X, labels on Bluesky, ClaimReview, signed pictures.

Adds to the core: a page of each claim at the desk. Nothing is sent by itself. Begin with `wordings`.
"""

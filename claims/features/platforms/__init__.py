"""Published verdicts in the formats of other platforms: Community Notes on X, labels on Bluesky, ClaimReview,
signed pictures.

Adds to the core: a page for each claim at the desk. Nothing is sent automatically. Begin with `wordings`.
"""

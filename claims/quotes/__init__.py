"""Quotes in texts: pinned to their place (`anchors`), found again when a text changed (`changed_sources`), looked up
for a person who pastes one (`quote_places`). W3C Web Annotation: TextQuoteSelector and TextPositionSelector.

Imports models and `sources`; `anchors` is pure.
"""

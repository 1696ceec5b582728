"""Filters for templates of this feature."""

"""Measurements of the steps from an article to its claims, on labelled articles; one module for each part."""

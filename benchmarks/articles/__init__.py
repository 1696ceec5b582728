"""Measurements from an article to its claims, on articles labelled in advance; one module for each part."""

"""Measurements of the performance promised by the project."""

"""Measurements of the performance that the project promises."""

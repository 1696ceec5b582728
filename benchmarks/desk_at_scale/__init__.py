"""Measure the desk with 250,000 claims and 100,000 sources: all lists, searches and pickers."""

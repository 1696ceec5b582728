"""Measure how reliably and quickly pictures are found again: `python -m benchmarks pictures`."""

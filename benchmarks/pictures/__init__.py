"""Measure how reliably and how quickly similar pictures are found: `python -m benchmarks pictures`."""

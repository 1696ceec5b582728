"""How surely and how quickly pictures are found again: `python -m benchmarks pictures`."""

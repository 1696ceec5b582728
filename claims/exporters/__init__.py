"""The ledger in formats that others read. One format per file: a pure generator from bodies of publications to bytes.

`bodies.stored` reads the bodies; `csv`, `datafeed` and `ndjson` write them. None holds more than a few at a time.
"""

"""The ledger in formats that others read. One format per file: a pure generator from bodies of publications to bytes.

`stored_bodies` reads the bodies; `csv`, `datafeed`, `ndjson` and `parquet` write them. None holds more than a few.
"""

"""Export formats. Each is a pure generator from publication bodies to bytes.

`stored_bodies` reads the bodies; `csv`, `datafeed`, `ndjson` and `parquet` write them. None holds more than a few.
"""

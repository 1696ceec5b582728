"""Export formats. Each is a pure generator from publication bodies to bytes.

`stored_bodies` reads the bodies; `csv`, `datafeed`, `ndjson` and `parquet` write them. Each holds only a few bodies
in memory.
"""

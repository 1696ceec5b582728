"""The installation's own data for its operator: metrics, request ids, traces and error reports.

Nothing of it is public, and nothing of it says what people wrote, searched or where they came from. It may import
`database` and `installation`. Begin with `exporter`, which serves the metrics, and `request_ids`.
"""

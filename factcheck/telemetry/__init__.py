"""What this installation tells of itself to whoever runs it: metrics, request ids, traces and reports of errors.

Nothing of it is public, and nothing of it says what people wrote, searched or where they came from. It may import
`database` and `installation`. Begin with `exporter`, which serves the metrics, and `request_ids`.
"""

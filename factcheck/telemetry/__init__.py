"""The installation's own data for its operator: metrics, request ids, traces and error reports.

None of it is public, and none of it reveals what people wrote, what they searched for, or where they came from. This
package may import `database` and `installation`. Begin with `exporter`, which serves the metrics, and `request_ids`.
"""

"""The OpenAPI document: additions to drf-spectacular, and examples."""

"""The OpenAPI document: what drf-spectacular cannot see by itself, and the examples in it."""

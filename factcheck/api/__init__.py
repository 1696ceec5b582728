"""Building blocks of the API, independent of sources and claims: query strings, pagination, errors, bodies.

Begin with `resources`, which all public resources are; then `query_strings` and `pagination`. `google/` holds what
Google's APIs do in their own way, `openapi/` how resources describe themselves.
"""

"""Building blocks of the API: query strings, pagination, errors, bodies. Independent of sources and claims.

Begin with `resources`, which all public resources are; then `query_strings` and `pagination`. `google/` holds what
Google's APIs do in their own way, `openapi/` how resources describe themselves.
"""

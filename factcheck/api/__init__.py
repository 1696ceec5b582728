"""What resources of the API are made of: query strings, pages, errors, bodies. Knows neither sources nor claims.

Begin with `resources`, which all public resources are; then `query_strings` and `pagination`. `google/` holds what
Google's APIs do in their own way, `openapi/` how resources describe themselves.
"""

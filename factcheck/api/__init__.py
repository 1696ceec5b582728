"""Building blocks of the API, independent of sources and claims: query strings, pagination, errors, bodies.

Begin with `resources`, the base of all public resources, then read `query_strings` and `pagination`. `google/` has the
conventions of Google's APIs, `openapi/` the OpenAPI description of resources.
"""

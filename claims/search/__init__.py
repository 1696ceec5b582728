"""Full-text search: indexing, query parsing and highlights. Independent of the models.

Begin with `queries`. The database functions that it calls are in `claims/migrations/0001_search.py`.
"""

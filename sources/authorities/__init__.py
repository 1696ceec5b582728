"""Authorities for looking up names, if the operator configured them.

    candidates      whom a name may mean, as all of them answer together. Begin here.
    wikidata        people, bodies and subjects
    ror             organisations that do research

Imports `sources.http` and `sources.identifiers`; no models.
"""

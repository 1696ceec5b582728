"""Authorities for looking up names, if the operator configured them.

    candidates      the entities a name may mean, from all authorities. Begin here.
    wikidata        people, organisations and subjects
    ror             research organisations

Imports `sources.http` and `sources.identifiers`; no models.
"""

"""Following up corrections: readers who follow a claim, and correction requests to other publications.

Adds to the core: a form on each claim's page to subscribe to emails about its corrections, and a list of
correction requests at the desk, with a public feed and an export. Begin with `subscriptions` and `requests`.
"""

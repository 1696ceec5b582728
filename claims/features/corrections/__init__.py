"""Following up corrections: readers who follow a claim, and correction requests to other publications.

Adds to the core: a form on each claim's page for mail about its corrections, a list of requests for correction at the
desk with a public feed and an export. Begin with `subscriptions` and `requests`.
"""

"""Corrections that arrive: readers who follow a claim, and corrections that we request from others.

Adds to the core: a form on each claim's page for mail about its corrections, a list of requests for correction at the
desk with a public feed and an export. Begin with `subscriptions` and `requests`.
"""

"""Notifications in the browser for readers who follow a claim (Web Push: RFC 8030, 8291 and 8292).

Adds to the core: a page for each claim on which browsers subscribe, and one table. Begin with `notifications`.
"""

"""Assignments with due dates, and comments beside the work.

Imports newsroom and models; the workflow of `claims.review`, articles and imports may call it, and the desk shows it.
"""

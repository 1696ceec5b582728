"""Formats for Arabic."""

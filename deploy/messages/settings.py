"""Minimal settings for reading templates, without database or secrets."""

USE_I18N = True

"""Formats of numbers and dates per language, where Django's differ from common use."""

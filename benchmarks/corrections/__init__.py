"""Measure how long a changed, retracted or merged verdict takes to reach each channel."""

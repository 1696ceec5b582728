"""Failure drills: programs that break something and report what was lost and for how long."""

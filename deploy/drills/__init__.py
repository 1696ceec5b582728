"""Faults rehearsed, each by a program that breaks something and tells what was lost and for how long."""

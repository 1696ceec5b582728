"""Rehearsed faults, each by a program that breaks something and reports the loss and the duration."""

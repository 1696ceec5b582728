"""Readers who follow a claim, and correction requests with their steps."""

from .rectification import Rectification, RectificationStep
from .subscription import ClaimSubscription

__all__ = ["ClaimSubscription", "Rectification", "RectificationStep"]

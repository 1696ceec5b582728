"""Readers who follow a claim, and requests for correction with their steps."""

from .rectification import Rectification, RectificationStep
from .subscription import ClaimSubscription

__all__ = ["ClaimSubscription", "Rectification", "RectificationStep"]

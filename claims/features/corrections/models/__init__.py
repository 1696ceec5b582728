"""Readers who follow a claim, and correction requests with their steps."""

from .mailed_correction import MailedCorrection
from .rectification import Rectification, RectificationStep
from .subscription import ClaimSubscription

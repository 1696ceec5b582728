"""Endpoints with their progress, and deliveries with their attempts."""

from .delivery import WebhookAttempt, WebhookDelivery
from .endpoint import WebhookEndpoint, WebhookEvent, WebhookProgress

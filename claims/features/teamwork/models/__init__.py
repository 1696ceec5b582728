"""The models of teamwork."""

from .assignment import Assignment, Priority
from .assignment_rule import AssignmentRule
from .chat_channel import ChatChannel, ChatMessage, ChatProgress
from .claim_follower import ClaimFollower
from .comment import Comment
from .notification import MailChoice, Notification
from .notification_preference import NotificationPreference
from .presence import Presence

"""The domain, one noun a file: fields, constraints, triggers and the questions that are asked of it (QuerySets).

Begin with `claim`, `appearance`, `verdict`, `evidence`; then `publication`, the ledger, and `transition`, the log.
Long rules stand beside their model, whose `Meta` names them (`claim_rules`, `verdict_rules`, `house_voice`,
`ledger_rules`).
Imports search and `sources`. A rule that the database can hold stands here (docs/how-to/add-a-rule.md).
"""

from claims.models.imported_record import ImportedChange, ImportedRecord, PossibleDuplicate

from .appearance import Appearance
from .assignment import Assignment, Priority
from .assignment_rule import AssignmentRule
from .audit_record import AuditKind, AuditRecord
from .audited_rows import (
    AuditedMembership,
    AuditedOwnPermission,
    AuditedPerson,
    AuditedRole,
    AuditedRolePermission,
    AuditedSecondFactor,
)
from .chat_channel import ChatChannel, ChatMessage, ChatProgress
from .claim import Claim, ClaimTopic
from .claim_follower import ClaimFollower
from .claim_media import ClaimMedia
from .claimant import Claimant
from .cluster import Cluster, ClusterMember
from .comment import Comment
from .compared_statement import ComparedStatement
from .desk_session import DeskSession, SignedInPerson
from .evidence import Evidence
from .import_run import ImportProblem, ImportRun
from .mention import Mention
from .notification import MailChoice, Notification, NotificationKind
from .notification_preference import MailSchedule, NotificationPreference
from .offered_permission import OfferedPermission
from .peer_claim import PeerClaim
from .peer_newsroom import PeerNewsroom, PeerProgress
from .presence import Presence
from .publication import Publication
from .published_verdict import PublishedVerdict
from .quote_fate import QuoteFate
from .rating import NormalisedRating, Rating, RatingScale
from .repeat import Repeat
from .saved_view import SavedView
from .scheduled_publication import ScheduledPublication
from .second_factor_rule import NewMember, SecondFactorGrace, SecondFactorRule
from .signoff import SignOff
from .stated_words import StatedWords
from .statement_vector import EmbeddingModel, LanguageMean, StatementVector
from .token import ApiToken, Scope, StoredAnswer
from .topic import Topic
from .transition import Transition
from .triage_turn import TriageTurn
from .unsaved_form import UnsavedForm
from .verdict import CorrectionKind, MediaAuthenticity, Verdict
from .visited_page import VisitedPage
from .visited_site import VisitedSite
from .vocabulary import SearchLanguage, SearchSpelling, SearchWord
from .watch import Watch, WatchedPage, WatchProgress
from .webhook import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookProgress

__all__ = [
    "ApiToken",
    "Appearance",
    "Assignment",
    "AssignmentRule",
    "AuditKind",
    "AuditRecord",
    "AuditedMembership",
    "AuditedOwnPermission",
    "AuditedPerson",
    "AuditedRole",
    "AuditedRolePermission",
    "AuditedSecondFactor",
    "ChatChannel",
    "ChatMessage",
    "ChatProgress",
    "Claim",
    "ClaimFollower",
    "ClaimMedia",
    "ClaimTopic",
    "Claimant",
    "Cluster",
    "ClusterMember",
    "Comment",
    "ComparedStatement",
    "CorrectionKind",
    "DeskSession",
    "EmbeddingModel",
    "Evidence",
    "ImportProblem",
    "ImportRun",
    "ImportedChange",
    "ImportedRecord",
    "LanguageMean",
    "MailChoice",
    "MailSchedule",
    "MediaAuthenticity",
    "Mention",
    "NewMember",
    "NormalisedRating",
    "Notification",
    "NotificationKind",
    "NotificationPreference",
    "OfferedPermission",
    "PeerClaim",
    "PeerNewsroom",
    "PeerProgress",
    "PossibleDuplicate",
    "Presence",
    "Priority",
    "Publication",
    "PublishedVerdict",
    "QuoteFate",
    "Rating",
    "RatingScale",
    "Repeat",
    "SavedView",
    "ScheduledPublication",
    "Scope",
    "SearchLanguage",
    "SearchSpelling",
    "SearchWord",
    "SecondFactorGrace",
    "SecondFactorRule",
    "SignOff",
    "SignedInPerson",
    "StatedWords",
    "StatementVector",
    "StoredAnswer",
    "Topic",
    "Transition",
    "TriageTurn",
    "UnsavedForm",
    "Verdict",
    "VisitedPage",
    "VisitedSite",
    "Watch",
    "WatchProgress",
    "WatchedPage",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookProgress",
]

"""The domain models, one noun per file: fields, constraints, triggers and QuerySets.

Begin with `claim`, `appearance`, `verdict`, `evidence`; then `publication`, the ledger, and `transition`, the log.
Long rules stand beside their model, whose `Meta` names them (`claim_rules`, `verdict_rules`, `newsroom_verdict_rules`,
`ledger_rules`).
Imports search and `sources`. A rule that the database can hold stands here (docs/extending.md).
"""

# For what it registers: rules on models that cite sources.
from claims.models.imported_record import ImportedChange, ImportedRecord, PossibleDuplicate

from .appearance import Appearance
from .audit_record import AuditKind, AuditRecord
from .audited_rows import (
    AuditedMembership,
    AuditedOwnPermission,
    AuditedPerson,
    AuditedRole,
    AuditedRolePermission,
    AuditedSecondFactor,
)
from .checkpoint import Checkpoint
from .claim import Claim, ClaimTopic
from .claim_media import ClaimMedia
from .claimant import Claimant
from .cluster import Cluster, ClusterMember
from .compared_statement import ComparedStatement
from .desk_session import DeskSession, SignedInPerson
from .evidence import Evidence
from .hash_tile import HashTile
from .import_run import ImportProblem, ImportRun
from .mail_schedule import MailSchedule
from .mention import Mention
from .newsroom_page import NewsroomPage
from .permissions import OfferedPermission
from .publication import Publication
from .published_verdict import PublishedVerdict
from .quote_status import QuoteFate
from .rating import Rating, RatingClass, RatingScale
from .removal import Removal
from .removal_search import RemovalSearch
from .repeat import Repeat
from .reply_template import ReplyTemplate
from .review_chain import ReviewLink, UnlinkedReviewRow
from .right_of_reply import ReplyRequest
from .saved_view import SavedView
from .scheduled_publication import ScheduledPublication
from .second_factor_rule import NewMember, SecondFactorGrace, SecondFactorRule
from .signing_key import SigningKey
from .signoff import SignOff
from .statement_text import StatedWords
from .statement_vector import EmbeddingModel, LanguageMean, StatementVector
from .token import ApiToken, Scope, StoredAnswer
from .topic import Topic
from .transition import Transition
from .translation import Translation
from .translation_step import TranslationStep
from .triage_turn import TriageTurn
from .unsaved_form import UnsavedForm
from .verdict import CorrectionKind, MediaAuthenticity, Verdict
from .visited_page import VisitedPage
from .vocabulary import SearchLanguage, SearchSpelling, SearchWord

__all__ = [
    "ApiToken",
    "Appearance",
    "AuditKind",
    "AuditRecord",
    "AuditedMembership",
    "AuditedOwnPermission",
    "AuditedPerson",
    "AuditedRole",
    "AuditedRolePermission",
    "AuditedSecondFactor",
    "Checkpoint",
    "Claim",
    "ClaimMedia",
    "ClaimTopic",
    "Claimant",
    "Cluster",
    "ClusterMember",
    "ComparedStatement",
    "CorrectionKind",
    "DeskSession",
    "EmbeddingModel",
    "Evidence",
    "HashTile",
    "ImportProblem",
    "ImportRun",
    "ImportedChange",
    "ImportedRecord",
    "LanguageMean",
    "MailSchedule",
    "MediaAuthenticity",
    "Mention",
    "NewMember",
    "NewsroomPage",
    "OfferedPermission",
    "PossibleDuplicate",
    "Publication",
    "PublishedVerdict",
    "QuoteFate",
    "Rating",
    "RatingClass",
    "RatingScale",
    "Removal",
    "RemovalSearch",
    "Repeat",
    "ReplyRequest",
    "ReplyTemplate",
    "ReviewLink",
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
    "SigningKey",
    "StatedWords",
    "StatementVector",
    "StoredAnswer",
    "Topic",
    "Transition",
    "Translation",
    "TranslationStep",
    "TriageTurn",
    "UnlinkedReviewRow",
    "UnsavedForm",
    "Verdict",
    "VisitedPage",
]

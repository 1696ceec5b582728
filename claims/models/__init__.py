"""The domain models: fields, constraints, triggers and QuerySets, with a module for each noun.

Begin with `claim`, `appearance`, `verdict`, `evidence`; then `publication`, the ledger, and `transition`, the log.
Long rules are in modules beside their models, and `Meta` lists them (`claim_rules`, `verdict_rules`, `ledger_rules`).
Imports search and `sources`. Every rule that the database can enforce belongs here (docs/extending.md).
"""

# Importing this module registers rules on models that cite sources.
from claims.models.import_run import ImportedChange, ImportedRecord, PossibleDuplicate

from .account import (
    DateOrder,
    DeskSession,
    MailSchedule,
    NewMember,
    OfferedPermission,
    SecondFactorGrace,
    SecondFactorRule,
    SignedInPerson,
)
from .appearance import Appearance, QuoteStatus
from .audit_record import (
    AuditedMembership,
    AuditedOwnPermission,
    AuditedPerson,
    AuditedRole,
    AuditedRolePermission,
    AuditedSecondFactor,
    AuditKind,
    AuditRecord,
)
from .checkpoint import Checkpoint, HashTile, SigningKey
from .claim import Claim, ClaimTopic
from .claim_media import ClaimMedia
from .claimant import Claimant
from .cluster import Cluster, ClusterMember
from .desk_state import FeatureChoice, SavedView, TriageReservation, UnsavedForm
from .evidence import Evidence
from .import_run import ImportProblem, ImportRun, VisitedPage
from .ledger_counts import Mention, SearchLanguage, SearchSpelling, SearchWord
from .newsroom_page import NewsroomPage
from .publication import Publication
from .published_verdict import PublishedVerdict
from .rating import Rating, RatingClass, RatingScale
from .removal import Removal
from .removal_search import RemovalSearch
from .repeat import Repeat
from .review_chain import ReviewLink, UnlinkedReviewRow
from .scheduled_publication import ScheduledPublication
from .signoff import SignOff
from .statement import ComparedStatement, StatedWords
from .statement_vector import EmbeddingModel, LanguageMean, StatementVector
from .token import ApiToken, Scope, StoredAnswer
from .topic import Topic
from .transition import Transition
from .translation import Translation, TranslationStep
from .verdict import CorrectionKind, MediaAuthenticity, Verdict

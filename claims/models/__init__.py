from .appearance import Appearance
from .claim import Claim, ClaimTopic
from .claimant import Claimant
from .evidence import Evidence
from .mention import Mention
from .publication import Publication, PublishedVerdict
from .rating import NormalisedRating, Rating, RatingScale
from .signoff import SignOff
from .topic import Topic
from .transition import Transition
from .verdict import CorrectionKind, Verdict

__all__ = [
    "Appearance",
    "Claim",
    "ClaimTopic",
    "Claimant",
    "CorrectionKind",
    "Evidence",
    "Mention",
    "NormalisedRating",
    "Publication",
    "PublishedVerdict",
    "Rating",
    "RatingScale",
    "SignOff",
    "Topic",
    "Transition",
    "Verdict",
]

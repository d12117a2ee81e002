"""The models of the app, in modules named after what they hold."""

from meiri.review.after_checks import AfterCheck
from meiri.review.chains import ChainStep, Lane, ReviewChain, StepPart
from meiri.review.margin_notes import MarginAnswer, MarginNote
from meiri.review.review_exceptions import ReviewException, UrgentReview
from meiri.review.review_sheets import ReviewSheet, SheetDay
from meiri.review.states import ReviewOpening, ReviewState, ReviewVerdict

__all__ = [
    "AfterCheck",
    "ChainStep",
    "Lane",
    "MarginAnswer",
    "MarginNote",
    "ReviewChain",
    "ReviewException",
    "ReviewOpening",
    "ReviewSheet",
    "ReviewState",
    "ReviewVerdict",
    "SheetDay",
    "StepPart",
    "UrgentReview",
]

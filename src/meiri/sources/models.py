"""The tables of this app."""

from meiri.sources.exceptions import ReprintException
from meiri.sources.originals import Original
from meiri.sources.register import ListingKey, SourceListing

__all__ = ["ListingKey", "Original", "ReprintException", "SourceListing"]

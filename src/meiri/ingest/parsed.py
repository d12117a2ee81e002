"""What reading one item gives: an article as found, before anything is stored."""

from dataclasses import dataclass, field
from datetime import datetime


class Unreadable(Exception):
    """The item can't be taken. `reason` is a Chinese sentence for the editor who offered it."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass
class FoundPicture:
    """A picture of the body. `url` is what the body's `img[src]` says: an address, or a path relative to the page.

    `data` holds the bytes where the item carries them itself (data: addresses, .docx).
    """

    url: str
    caption: str = ""
    alt: str = ""
    data: bytes | None = None

    @property
    def is_remote(self) -> bool:
        return self.data is None and self.url.startswith(("http://", "https://"))


@dataclass
class ParsedArticle:
    """`published_at` is aware; `body` is clean HTML; `warnings` are Chinese sentences for the editor.

    `left_out` are the paragraphs, without markup, that stood with the text and were not taken for its own.
    `breadcrumb` runs from the site's name to the channel, without the title; `channel_name` is its last name.
    """

    title: str = ""
    kicker: str = ""
    subtitle: str = ""
    source: str = ""
    source_url: str = ""
    published_at: datetime | None = None
    authors: list[str] = field(default_factory=list)
    editor: str = ""
    views: int | None = None
    breadcrumb: list[str] = field(default_factory=list)
    channel_name: str = ""
    summary: str = ""
    body: str = ""
    pictures: list[FoundPicture] = field(default_factory=list)
    original_url: str = ""
    language: str = ""
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

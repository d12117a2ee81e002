"""What an archive holds, and where its columns may go: what an editor looks at before anything is moved."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher

from meiri.ingest.migration.old_archive import NotTaken, OldArchive, OldColumn, OldPost, PostState
from meiri.sections.models import Channel

MOST_LINKS = 1000
# Names of channels that are as alike as this are the same but for a word.
ALIKE = 0.66
_USUAL = re.compile(r"(?:频道|栏目|新闻|资讯|动态)$")


@dataclass
class ArchiveContent:
    """What was counted. `reasons`: how often each reason stands for which something does not come in."""

    posts: int = 0
    drafts: int = 0
    comments: int = 0
    members: int = 0
    first: datetime | None = None
    last: datetime | None = None
    by_column: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, post: OldPost | NotTaken) -> None:
        if isinstance(post, NotTaken):
            self.reasons[post.reason] += 1
            return
        self.posts += 1
        self.drafts += post.state == PostState.DRAFT
        self.comments += len(post.comments)
        self.by_column[post.column] += 1
        if post.published_at:
            self.first = min(self.first or post.published_at, post.published_at)
            self.last = max(self.last or post.published_at, post.published_at)

    def as_data(self) -> dict:
        """As it is kept with the move."""
        return {
            "posts": self.posts,
            "drafts": self.drafts,
            "comments": self.comments,
            "members": self.members,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "not_taken": dict(self.reasons.most_common(50)),
        }


def count_content(archive: OldArchive) -> ArchiveContent:
    """Read the whole archive once, and count."""
    content = ArchiveContent()
    for post in archive.posts():
        content.add(post)
    content.members = sum(1 for _ in archive.members())
    return content


def propose_columns(columns: list[OldColumn], content: ArchiveContent, known: dict) -> dict[str, dict]:
    """The columns that posts are in, each with the channel that it may go to: the one that `known` has for it already, else one of
    the same address or name, or of almost the same name, of its own or of a column above it; else none."""
    by_key = {column.key: column for column in columns}
    channels = list(Channel.objects.all())
    proposed = {}
    for key, count in sorted(content.by_column.items(), key=lambda one: -one[1]):
        column = by_key.get(key) or OldColumn(key, (key,) if key else ("（没有栏目）",))
        before = known.get(key, {})
        proposed[key] = {
            "name": " / ".join(column.names)[:200],
            "address": column.address,
            "count": count,
            "channel": before["channel"] if "channel" in before else _likely_channel(column, channels),
        }
    return proposed


def _likely_channel(column: OldColumn, channels: list[Channel]) -> str:
    for name in reversed(column.names):
        for channel in channels:
            if name in (channel.name, channel.slug) or _short(name) == _short(channel.name):
                return channel.slug
    if column.slug:
        for channel in channels:
            if column.slug.lower() == channel.slug:
                return channel.slug
    likeness = [
        (SequenceMatcher(None, _short(name), _short(channel.name)).ratio(), channel.slug)
        for name in column.names
        for channel in channels
    ]
    best = max(likeness, default=(0.0, ""))
    return best[1] if best[0] >= ALIKE else ""


def _short(name: str) -> str:
    """A name without the word that tells that it is a channel."""
    return _USUAL.sub("", name.strip()) or name

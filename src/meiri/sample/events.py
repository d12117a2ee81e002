"""What the journal says of the sample newsroom and of synthetic articles."""

from dataclasses import dataclass

from meiri.journal.events import JournalEvent, declared
from meiri.newsroom.events import LISTED


@declared
@dataclass(frozen=True, kw_only=True)
class SampleBegun(JournalEvent):
    """Loading the sample newsroom began. Until it is loaded it is unfinished, and `make run` goes on with it."""

    kind = "sample.begun"
    label = "示例采编部：开始载入"


@declared
@dataclass(frozen=True, kw_only=True)
class SampleLoaded(JournalEvent):
    """Loading the sample newsroom came to its end, with so many new `articles`."""

    articles: int

    kind = "sample.loaded"
    label = "示例采编部：载入完成"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class ArchiveGenerated(JournalEvent):
    """`meiri generate` added so many synthetic `articles`, from `first` to `last`. `numbers`: the first and the last of the numbers
    that they were made of."""

    articles: int
    first: int
    last: int
    numbers: list[int]

    kind = "archive.generated"
    label = "稿库：批量生成"
    key_forms = LISTED
    removes_content = False

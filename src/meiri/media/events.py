"""What the journal says of pictures and documents that are taken away."""

from dataclasses import dataclass

from meiri.journal.content_keys import ARTICLE, COVERAGE, DOCUMENT, PAGE, PICTURE, PICTURES, PRESS_CARD
from meiri.journal.events import JournalEvent, declared

# A picture, and whatever has a content key of its own and may show it.
SHOWN_WITH_PICTURES = (PICTURE, PICTURES, ARTICLE, PAGE, COVERAGE, PRESS_CARD)


@dataclass(frozen=True, kw_only=True)
class TakenDown(JournalEvent):
    """It was taken from wherever it stood, with the reason; that it was deleted follows. Its keys name what showed it."""

    id: str
    name: str
    reason: str

    summarised = {"name": "", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class PictureTakenDown(TakenDown):
    """A picture was taken from wherever it stood, with the reason; `picture.deleted` follows."""

    kind = "picture.taken_down"
    label = "图片：撤下并删除"
    key_forms = SHOWN_WITH_PICTURES


@declared
@dataclass(frozen=True, kw_only=True)
class DocumentTakenDown(TakenDown):
    """A document or a recording was taken from wherever it stood, with the reason; `document.deleted` follows."""

    kind = "document.taken_down"
    label = "文档：撤下"
    key_forms = (DOCUMENT, ARTICLE, PAGE)


@declared
@dataclass(frozen=True, kw_only=True)
class PictureWithdrawn(TakenDown):
    """A picture was taken from wherever it stood, with the reason, until it is restored."""

    kind = "picture.withdrawn"
    label = "图片：撤下"
    key_forms = SHOWN_WITH_PICTURES


@declared
@dataclass(frozen=True, kw_only=True)
class PictureRestored(TakenDown):
    """A picture that had been withdrawn stands again wherever it stood, with the reason."""

    kind = "picture.restored"
    label = "图片：恢复"
    key_forms = SHOWN_WITH_PICTURES
    removes_content = False


@dataclass(frozen=True, kw_only=True)
class Labelled(JournalEvent):
    """Something was given another label of artificial intelligence. `before` and `after` are values of GB 45438-2025 (1 is, 2 may be, 3
    suspected), "" for none; `reason` says why it is weaker than it was."""

    id: str
    name: str
    before: str
    after: str
    reason: str

    summarised = {"name": "", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class PictureLabelled(Labelled):
    """Editors gave a picture another label of artificial intelligence, or a new file brought one. `before` and `after` are values of
    GB 45438-2025 (1 is, 2 may be, 3 suspected), "" for none; `reason` says why it is weaker than it was."""

    kind = "picture.labelled"
    label = "图片：AI 标识"
    key_forms = (PICTURE,)


@declared
@dataclass(frozen=True, kw_only=True)
class RecordingLabelled(Labelled):
    """Editors gave a video or a sound another label of artificial intelligence, or a new file brought one. `id` is its number among the
    documents; `before` and `after` are values of GB 45438-2025 (1 is, 2 may be, 3 suspected), "" for none; `reason` says why it is weaker
    than it was."""

    kind = "recording.labelled"
    label = "视频、音频：AI 标识"
    key_forms = (DOCUMENT,)

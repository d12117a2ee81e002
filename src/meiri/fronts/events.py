"""What the journal says of laid-out pages, redirects and the site's settings."""

from dataclasses import dataclass

from meiri.journal.content_keys import (
    ADVERTISEMENTS,
    COMMENT_SETTINGS,
    FOOTER,
    FRONTS,
    MAGAZINE,
    NAV,
    NOTICES,
    PAGE,
    REDIRECTS,
    TOPICS,
)
from meiri.journal.events import Attested, JournalEvent, declared
from meiri.journal.row_events import RowEvent


@dataclass(frozen=True, kw_only=True)
class FrontEvent(JournalEvent):
    """What became of a page that editors lay out: home, 专题, magazine, standard page. `url` is empty where it has no address;
    `reason`: why it was withdrawn; `text`: the digest of what readers see of it (`fronts/pages.py`), None in old entries."""

    title: str
    url: str
    reason: str | None = None
    text: str | None = None

    key_forms = (PAGE, FRONTS, TOPICS, MAGAZINE, NAV)
    summarised = {"title": "", "reason": ""}

    @property
    def attested(self) -> Attested | None:
        page = next(PAGE.numbers(self.keys), None)
        return None if page is None else Attested(PAGE.key(page), self.payload_digest)


@declared
@dataclass(frozen=True, kw_only=True)
class FrontPublished(FrontEvent):
    """A laid-out page, or a new version of it, went live. `nav` is among its keys where its address changed."""

    kind = "front.published"
    label = "版面：发布"
    removes_content = False

    @property
    def published_address(self) -> str | None:
        return self.url


@declared
@dataclass(frozen=True, kw_only=True)
class FrontMoved(FrontEvent):
    """A laid-out page stands below another page."""

    kind = "front.moved"
    label = "版面：移动"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class FrontWithdrawn(FrontEvent):
    """A laid-out page is not there for readers any more."""

    kind = "front.withdrawn"
    label = "版面：撤下"


@declared
@dataclass(frozen=True, kw_only=True)
class RedirectCreated(JournalEvent):
    """An old address leads to another: an editor said so (`id`, `name`), or a page at `url` was moved or renamed, and with it came so
    many `redirects`."""

    id: str | None = None
    name: str | None = None
    title: str | None = None
    url: str | None = None
    redirects: int | None = None

    kind = "redirect.created"
    label = "重定向：新建"
    key_forms = (REDIRECTS,)
    removes_content = False
    summarised = {"title": "", "name": ""}


@dataclass(frozen=True, kw_only=True)
class SettingsEvent(JournalEvent):
    """Settings that pages show: of the site (`organisation`), or for how many days comments stay open."""

    organisation: str | None = None
    comment_days: int | None = None

    key_forms = (FOOTER, COMMENT_SETTINGS)
    summarised = {"organisation": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class SettingsChanged(SettingsEvent):
    """What the site says of itself changed (`organisation` says it is of whom), or for how many days comments stay open."""

    kind = "settings.changed"
    label = "站点信息：修改"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class SettingsDeleted(SettingsEvent):
    """The row of the site's settings was deleted: they are as in the beginning."""

    kind = "settings.deleted"
    label = "站点信息：删除"


@declared
@dataclass(frozen=True, kw_only=True)
class NoticeBarEnded(RowEvent):
    """A bar above all pages ended, by its time or because somebody ended it."""

    kind = "noticebar.ended"
    label = "突发与公告：结束"
    key_forms = (NOTICES,)
    removes_content = True


@declared
@dataclass(frozen=True, kw_only=True)
class GreyingEnded(RowEvent):
    """Pages that were grey have their colours again."""

    kind = "greying.ended"
    label = "变灰：结束"
    key_forms = (NOTICES,)
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class AdvertisementBegan(RowEvent):
    """Readers see an advertisement from now on, by its time."""

    kind = "advertisement.began"
    label = "广告：开始"
    key_forms = (ADVERTISEMENTS,)
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class AdvertisementEnded(RowEvent):
    """An advertisement ended, by its time or because somebody ended it."""

    kind = "advertisement.ended"
    label = "广告：结束"
    key_forms = (ADVERTISEMENTS,)
    removes_content = True

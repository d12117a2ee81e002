"""The pictures of a paste into the library: from the clipboard, from this site, or fetched from where they are."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from meiri.ingest.parsed import FoundPicture
from meiri.ingest.stored_pictures import stored_here
from meiri.media.adding_pictures import MAX_BYTES, Unusable, store
from meiri.media.models import Picture
from meiri.outbound import OutboundRules, Unreachable, fetch
from meiri.policy import may

MOST = 60
AT_ONCE = 4
# Seconds for all of them: who pastes waits for it.
SECONDS = 60
TITLE = "粘贴的图片"


@dataclass
class Stored:
    """What became of the pictures of a paste, by their place in it: those in the library, and why others are not."""

    pictures: dict[int, Picture] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)


def store_pictures(found: Sequence[FoundPicture], by, rules: OutboundRules | None = None) -> Stored:
    """Put `found` into the library on behalf of the user `by`. `rules` say what may be fetched."""
    stored, until = Stored(), monotonic() + SECONDS
    wanted: dict[int, bytes | Future[bytes]] = {}
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for number, picture in enumerate(found):
            known = stored_here(picture.url) if picture.is_remote else None
            if known is not None and may(by, "choose", known):
                stored.pictures[number] = known
            elif not may(by, "add", Picture):
                stored.missing[number] = "您没有上传图片的权限"
            elif len(wanted) >= MOST:
                stored.missing[number] = f"一次最多粘贴 {MOST} 张"
            elif picture.data is not None:
                wanted[number] = picture.data
            elif picture.is_remote:
                wanted[number] = pool.submit(fetch, picture.url, MAX_BYTES, rules)
            else:
                stored.missing[number] = "在您的电脑上，网页取不到，请另行上传"
        for number, content in wanted.items():
            try:
                data = _waited_for(content, until)
                caption, alt = found[number].caption, found[number].alt
                stored.pictures[number], _ = store(data, alt or TITLE, caption, alt)
            except (Unusable, Unreachable) as error:
                stored.missing[number] = str(error)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return stored


def _waited_for(content: bytes | Future[bytes], until: float) -> bytes:
    if monotonic() > until:
        raise Unusable("图片较多，时间不够")
    if isinstance(content, bytes):
        return content
    try:
        return content.result(max(0.0, until - monotonic()))
    except Late:
        raise Unusable("图片较多，时间不够") from None


def source_of(picture: FoundPicture) -> str:
    """The site where a picture is, for its credit line of at most 60 characters; empty where it is on none."""
    if not picture.url.startswith(("http://", "https://")):
        return ""
    try:
        host = urlsplit(picture.url).hostname or ""
    except ValueError:
        return ""
    return f"来源：{host}"[:60]

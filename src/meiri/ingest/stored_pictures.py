"""Where the pictures of imported items are: in them, beside them, or stored here already."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.storage import default_storage

from meiri.ingest.parsed import FoundPicture
from meiri.media.taking import MAX_BYTES, Unusable


def find_bytes(picture: FoundPicture, page: Path | None, root: Path | None) -> bytes:
    """The bytes of a picture: its own, this site's, or those of a file beside `page` and within `root`.

    Raises `Unusable`.
    """
    if picture.data is not None:
        return picture.data
    stored = _stored_here(picture.url)
    if stored:
        with default_storage.open(stored) as file:
            return _bounded(file)
    if page is None or root is None or picture.is_remote:
        raise Unusable("没有随稿件一起保存")
    name = unquote(picture.url.split("?")[0].split("#")[0])
    base = root if name.startswith("/") else page.parent
    try:
        # Links are followed before the check, so that none leads out of the folder.
        path = (base / name.lstrip("/")).resolve(strict=True)
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            raise Unusable("不在导入的文件夹里")
        with path.open("rb") as file:
            return _bounded(file)
    except (OSError, ValueError, RuntimeError) as error:
        raise Unusable("没有找到图片文件") from error


def _stored_here(url: str) -> str | None:
    """The storage name of a picture that this site wrote into an exported record."""
    path = unquote(urlsplit(url).path) if url.startswith((settings.BASE_URL + "/", "/")) else ""
    if not path.startswith(settings.MEDIA_URL) or ".." in path:
        return None
    name = path.removeprefix(settings.MEDIA_URL)
    return name if default_storage.exists(name) else None


def _bounded(file) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unusable(f"超过 {MAX_BYTES // 1024 // 1024} MB")
    return data

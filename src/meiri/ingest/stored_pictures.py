"""Where the pictures of imported items are: in them, beside them, or stored here already."""

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings

from meiri.delivery.kinds import media_key
from meiri.ingest.archive_files import fitting
from meiri.ingest.parsed import FoundPicture
from meiri.journal.content_keys import PICTURE
from meiri.media.adding_pictures import MAX_BYTES, Unusable
from meiri.media.models import Picture


def find_bytes(picture: FoundPicture, page: Path | None, root: Path | None) -> bytes:
    """The bytes of a picture: its own, this site's, or those of a file beside `page` and within `root`.

    Raises `Unusable`.
    """
    if picture.data is not None:
        return picture.data
    stored = stored_here(picture.url)
    if stored:
        with stored.file.open() as file:
            return _bounded(file)
    if page is None or root is None or picture.is_remote:
        raise Unusable("没有随稿件一起保存")
    name = unquote(picture.url.split("?")[0].split("#")[0])
    base = root if name.startswith("/") else page.parent
    try:
        # Links are followed before the check, so that none leads out of the folder.
        path = (base / fitting(PurePosixPath(name.lstrip("/")))).resolve(strict=True)
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            raise Unusable("不在导入的文件夹里")
        with path.open("rb") as file:
            return _bounded(file)
    except (OSError, ValueError, RuntimeError) as error:
        raise Unusable("没有找到图片文件") from error


def stored_here(url: str) -> Picture | None:
    """The picture of this site whose address is written into an exported record: its original, not one of its sizes."""
    path = unquote(urlsplit(url).path) if url.startswith((settings.BASE_URL + "/", "/")) else ""
    number = PICTURE.number(media_key(path))
    found = Picture.objects.filter(pk=number).first() if number is not None else None
    # The address holds what nobody guesses: who does not know it gets nothing.
    sizes = found.stored_sizes() if found else None
    return found if sizes and path.startswith(f"{settings.MEDIA_URL}{sizes.stem}-") else None


def _bounded(file) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unusable(f"超过 {MAX_BYTES // 1024 // 1024} MB")
    return data

"""Keeping the original of a reprint that was written by hand: what an editor pastes or uploads under 转载核对."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db.transaction import non_atomic_requests
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from meiri.ingest.forms import LONGEST_TEXT
from meiri.ingest.guarded_reading import ItemReader, reading
from meiri.ingest.keeping import original, with_text
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.stream import as_stream
from meiri.newsroom.models import Article
from meiri.sources.originals import KeptOriginal, Manner, record_originals

SECONDS = 60


@require_POST
@non_atomic_requests  # reading may take long
def keep_original(request, article_id: int):
    article = get_object_or_404(Article, pk=article_id)
    text, upload = request.POST.get("text", "").strip(), request.FILES.get("file")
    try:
        with reading(SECONDS) as reader:
            kept = of_upload(upload, reader) if upload else of_paste(text, reader)
    except Unreadable as error:
        messages.error(request, error.reason)
    else:
        record_originals([(article.pk, article.original_url, kept)], request.user)
        messages.success(request, "原件已保存。")
    return redirect("sources_original", article.pk)


def of_paste(text: str, reader: ItemReader) -> KeptOriginal:
    """Raises `Unreadable`."""
    if not text:
        raise Unreadable("请粘贴原文，或选择要上传的文件。")
    if len(text) > LONGEST_TEXT:
        raise Unreadable("粘贴的内容太长，请改为上传文件。")
    return kept_with_text(text.encode(errors="replace"), reader.pasted(text), Manner.PASTE)


def of_upload(upload, reader: ItemReader) -> KeptOriginal:
    """Raises `Unreadable`, also for archives and records."""
    if upload.size > settings.IMPORT_MAX_BYTES:
        raise Unreadable(f"文件超过 {settings.IMPORT_MAX_BYTES // 1024 // 1024} MB，没有保存。")
    with TemporaryDirectory(prefix="meiri-original-") as folder:
        path = Path(folder, "upload")
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        parsed = reader.file(path, upload.name, settings.IMPORT_MAX_BYTES)
        if not isinstance(parsed, ParsedArticle):
            raise Unreadable("请上传网页、文本或 Word 文件，不要上传压缩包。")
        return kept_with_text(path.read_bytes(), parsed, Manner.PAGE, upload.name)


def kept_with_text(data: bytes, parsed: ParsedArticle, manner: Manner, name: str = "") -> KeptOriginal:
    """Raises `Unreadable` where it can't be kept."""
    read = Article(body=as_stream(parsed.body, {}))
    for kept in original(data, parsed, manner, name):
        return with_text(kept, read)
    raise Unreadable(parsed.warnings[-1])

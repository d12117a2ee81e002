"""导入稿件: editors paste text or upload files; each item becomes a draft, or is refused with its reason."""

import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.db.transaction import non_atomic_requests
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.ingest.forms import ImportForm
from meiri.ingest.guarded_reading import ItemReader, reading
from meiri.ingest.importing import import_item
from meiri.ingest.items import Item, items_in, learn_from, refused
from meiri.ingest.joining import joined
from meiri.ingest.keeping import original_paste
from meiri.ingest.parsed import Unreadable
from meiri.ingest.records import Record
from meiri.newsroom.models import Article
from meiri.policy import check
from meiri.policy.checked_view import CheckedView
from meiri.security.log import note_event
from meiri.security.models import Event

# More would keep the editor waiting too long; the operator's `meiri import` takes any number.
MOST_ITEMS = 200
# After so long nothing more is read.
SECONDS = 120
STATUS_WORDS = {
    "imported": "已存为草稿",
    "updated": "已更新",
    "duplicate": "已有同样的稿件",
    "refused": "未导入",
}
# What a form takes beside the files themselves.
_ENVELOPE = 4 * 1024 * 1024


# Who imports in this process just now.
_importing: set[int] = set()
_lock = Lock()


@contextmanager
def alone(user: int) -> Iterator[None]:
    """One import of an editor at a time. Raises `Unreadable`."""
    with _lock:
        if user in _importing:
            raise Unreadable("您的上一次导入还没有结束，请等它结束再试。")
        _importing.add(user)
    try:
        yield
    finally:
        with _lock:
            _importing.discard(user)


@dataclass
class Result:
    """One line of the answer: the record and, for a stored article, where to edit it."""

    record: Record
    edit_url: str | None

    @property
    def status(self) -> str:
        return STATUS_WORDS[self.record.status]

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """Each with the address of a comparison, empty where it speaks of no other article."""
        similar = self.record.similar
        return [
            (
                words,
                reverse("search_compare", args=[similar[words], self.record.id]) if words in similar else "",
            )
            for words in self.record.warnings
        ]


class ImportPage(CheckedView):
    page_title = "导入稿件"
    header_icon = "upload"
    template_name = "ingest/import.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "导入稿件"}]

    deed, thing = "add", Article

    def get(self, request):
        return self.answer(ImportForm(self.request.user))

    def post(self, request):
        form = ImportForm(request.user, request.POST, request.FILES)
        if not form.is_valid():
            return self.answer(form, status=422)
        channel, results, more = form.cleaned_data["channel"], [], False
        try:
            with (
                alone(request.user.pk),
                tempfile.TemporaryDirectory(prefix="meiri-upload-") as folder,
                reading(SECONDS) as reader,
            ):
                uploads = _uploaded(form.cleaned_data["uploads"], Path(folder), reader)
                items = joined(itertools.chain(_pasted(form, reader), uploads))
                for item in itertools.islice(items, MOST_ITEMS):
                    results.append(self.take(item, channel, form.cleaned_data["station"]))
                more = next(items, None) is not None
        except Unreadable as error:
            form.add_error(None, error.reason)
            return self.answer(form, status=503)
        note_event(Event.IMPORTED, **Counter(result.record.status for result in results))
        again = {name: form.cleaned_data[name] for name in ("channel", "station")}
        return self.answer(ImportForm(request.user, initial=again), results=results, more=more)

    def take(self, item: Item, channel, station) -> Result:
        record = import_item(item, channel, publishing=False, by=self.request.user, station=station)
        article = Article.objects.filter(pk=record.id).first() if record.id else None
        edit_url = AdminURLFinder(self.request.user).get_edit_url(article) if article else None
        return Result(record, edit_url)

    def answer(self, form, status=200, **context):
        context = {"results": [], "more": False, "error": "", **context}
        context = self.get_context_data(form=form, most_items=MOST_ITEMS, largest=_largest(), **context)
        return self.render_to_response(context, status=status)

    def too_large(self, request):
        """The page again with a plain error; the body of the request was not read."""
        self.setup(request)
        check(request.user, "add", Article)
        form = ImportForm(request.user)
        context = {
            "error": f"上传的内容太大：一次最多 {_largest()}。请分几次上传，或压缩图片后再试。没有导入任何稿件。"
        }
        return self.answer(form, status=413, **context)


protected = method_decorator(csrf_protect, name="dispatch")(ImportPage).as_view()


@csrf_exempt
@non_atomic_requests  # each item has a transaction of its own: reading one may take long
def import_page(request):
    """The page, within its size limit. Django's protection against forged requests reads the whole body, so the
    limit stands before it; whatever passes is protected.
    """
    if _length(request) > settings.IMPORT_MAX_BYTES + _ENVELOPE:
        return ImportPage().too_large(request)
    try:
        return protected(request)
    except (RequestDataTooBig, TooManyFilesSent):
        return ImportPage().too_large(request)
    except MultiPartParserError as error:
        raise PermissionDenied from error


def _length(request) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _largest() -> str:
    return f"{settings.IMPORT_MAX_BYTES // 1024 // 1024} MB"


def _pasted(form: ImportForm, reader: ItemReader) -> Iterator[Item]:
    text = form.cleaned_data["text"].strip()
    if not text:
        return
    name = "粘贴的文字"
    try:
        parsed = reader.pasted(text)
        yield Item(name, article=parsed, originals=original_paste(text, parsed))
    except Exception as error:  # whatever it is: it is told, and the uploads are read
        yield refused(name, error)


def _uploaded(files, folder: Path, reader: ItemReader) -> Iterator[Item]:
    """The items of uploaded files, each in a folder of its own, so that no upload sees another's."""
    paths = [folder / str(number) / "upload" for number, _ in enumerate(files)]
    for path, upload in zip(paths, files, strict=True):
        path.parent.mkdir()
        if upload.size <= settings.IMPORT_MAX_BYTES:
            with path.open("wb") as out:
                for chunk in upload.chunks():
                    out.write(chunk)
    learn_from([path for path in paths if path.exists()], reader)
    for path, upload in zip(paths, files, strict=True):
        if not path.exists():
            yield Item(upload.name, reason=f"文件超过 {_largest()}，没有导入。")
            continue
        yield from items_in(path, reader, upload.name)
        path.unlink()

"""Originals of reprints: kept when they are imported, shown beside what became of them, and told by `meiri verify`."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from meiri.journal.models import Entry
from meiri.newsroom.models import Article
from meiri.sources import originals
from meiri.sources.evidence_check import originals_are_whole
from meiri.sources.kept_files import path_of
from meiri.sources.models import Original
from meiri.sources.originals import forget_orphans
from tests.ingest.pages import COPIED, PARAGRAPHS, TITLE, a_portal_page
from tests.newsroom_factory import a_channel, a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path, settings):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def imported(admin_client) -> Original:
    a_channel()
    page = SimpleUploadedFile("稻田.html", a_portal_page().encode("gb18030"))
    admin_client.post(reverse("ingest_import"), {"uploads": page})
    return Original.objects.get()


def test_what_is_imported_is_kept_byte_for_byte(imported, admin_user):
    assert imported.read() == a_portal_page().encode("gb18030")
    assert imported.read_text() == (TITLE, list(PARAGRAPHS))
    assert (imported.article, imported.kept_by, imported.name) == (
        Article.objects.get(),
        admin_user,
        "稻田.html",
    )
    entry = Entry.objects.get(kind="original.kept")
    assert entry.payload["digest"] == imported.digest
    assert list(originals_are_whole()) == []


def test_a_paste_and_a_run_of_the_command_are_kept_too(admin_client, tmp_path):
    a_channel()
    admin_client.post(reverse("ingest_import"), {"text": COPIED})
    assert Original.objects.get().read() == COPIED.encode()
    for n in range(2):
        page = a_portal_page(title=f"{n}号田里的秋天到了", paragraphs=[f"第{n}段。" * 20])
        (tmp_path / f"{n}.html").write_text(page.replace("/42.html", f"/{n}.html"))
    call_command("import", str(tmp_path / "0.html"), str(tmp_path / "1.html"), publish=True)
    assert Original.objects.count() == Article.objects.count() == 3
    assert list(originals_are_whole()) == []


def test_the_newsrooms_own_articles_and_refused_items_leave_nothing(admin_client, home, monkeypatch):
    a_channel()
    own = COPIED.replace("来源：江南晚讯", "来源：每日新闻网")
    admin_client.post(reverse("ingest_import"), {"text": own})
    admin_client.post(reverse("ingest_import"), {"text": "只有一行"})
    assert Article.objects.count() == 1
    assert not Original.objects.exists()
    monkeypatch.setattr(originals, "ORPHANED_SECONDS", -1)
    forget_orphans()
    assert not list(home.glob("originals/*/*"))


def test_what_belongs_to_an_original_is_no_orphan(imported, monkeypatch):
    monkeypatch.setattr(originals, "ORPHANED_SECONDS", -1)
    assert forget_orphans() == 0
    assert imported.read()


def test_the_first_byte_that_was_changed_is_named(imported):
    path = path_of(imported.digest)
    packed = bytearray(path.read_bytes())
    packed[317] ^= 0x20
    path.write_bytes(packed)
    (fault,) = originals_are_whole()
    assert fault.endswith("was changed, first at byte 317")


def test_a_row_that_was_changed_or_deleted_is_named(imported):
    Original.objects.update(address="https://another.example/")
    assert any("its address is not what entry" in fault for fault in originals_are_whole())
    Original.objects.all().delete()
    assert any("is not there any more" in fault for fault in originals_are_whole())


def test_the_page_shows_the_original_beside_the_article_and_gives_it_out(imported, admin_client):
    article = imported.article
    article.body = [("text", "".join(f"<p>{p}</p>" for p in PARAGRAPHS).replace("三成", "五成"))]
    article.title = "杭州试点智慧农业 无人机巡田节水五成"
    article.save_revision()
    page = admin_client.get(reverse("sources_original", args=[article.pk])).content.decode()
    assert "1 段与原文不同" in page
    assert "<del>三</del>" in page
    assert imported.digest in page
    file = admin_client.get(reverse("sources_original_file", args=[article.pk, imported.pk]))
    assert file.content == a_portal_page().encode("gb18030")
    assert file["Content-Disposition"].startswith("attachment")


def test_an_original_may_be_kept_by_hand_and_nothing_bad_breaks_it(admin_client):
    article = a_draft(title=TITLE, origin="reprint")
    keep = reverse("ingest_keep_original", args=[article.pk])
    for bad in (
        {"text": ""},
        {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")},
        {"file": SimpleUploadedFile("a.zip", b"PK\x05\x06" + bytes(18))},
    ):
        assert admin_client.post(keep, bad, follow=True).status_code == 200
    assert not Original.objects.exists()
    told = admin_client.post(keep, {"text": COPIED}, follow=True).content.decode()
    assert "原件已保存。" in told
    assert Original.objects.get().article == article

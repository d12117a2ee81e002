"""迁入旧站: what administrators ask for on its pages, and what the worker then does."""

import re
import shutil
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from bench._old_sites import write_empire
from meiri.ingest.migration.moving_by_clock import do_what_is_asked, folder_of_archives, is_anything_asked
from meiri.ingest.models import MoveIn, MoveState
from meiri.newsroom.models import Article
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
ARTICLES = [(f"澄江第{n}条消息", f"<p>第{n}天，记者在现场看到{n}个人。</p>") for n in range(1, 30)]


@pytest.fixture
def archive():
    """A dump of an old site where the operator puts it."""
    folder = folder_of_archives()
    assert Path(settings.HOME) in folder.parents
    (folder / "www/d/file/news").mkdir(parents=True)
    Image.new("RGB", (300, 200), (60, 90, 120)).save(folder / "www/d/file/news/1.jpg")
    write_empire(folder / "old.sql", ARTICLES, 20)
    yield folder / "old.sql"
    shutil.rmtree(folder)


def work() -> None:
    """As the worker does it."""
    assert is_anything_asked()
    do_what_is_asked(Event())


def ask(client, move: MoveIn, **fields) -> str:
    answer = client.post(f"/admin/move-in/{move.pk}/", fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_old_site_is_moved_in_from_the_admin(archive, admin_client):
    a_channel("要闻", "yaowen")
    a_channel("科技", "keji")
    shown = admin_client.get("/admin/move-in/").content.decode()
    assert 'value="old.sql"' in shown
    assert 'value="www"' in shown
    admin_client.post("/admin/move-in/", {"source": "old.sql", "pictures": "www"})
    work()
    move = MoveIn.objects.get()
    assert (move.system, move.found["posts"], move.files) == ("empire", 20, str(archive.parent / "www"))
    shown = admin_client.get(f"/admin/move-in/{move.pk}/").content.decode()
    assert "新闻 / 要闻（5 篇）" in shown
    chosen = dict.fromkeys(re.findall(r'name="(column\d+)"', shown), "yaowen")
    assert len(chosen) == 4

    ask(admin_client, move, ask="try", publishes="on", otherwise="", **chosen)
    work()
    assert Article.objects.count() == 0
    assert "记者在现场看到" in admin_client.get(f"/admin/move-in/{move.pk}/").content.decode()

    shown = ask(admin_client, move, ask="run", publishes="on", otherwise="", **chosen)
    assert "暂停" in shown
    work()
    assert not is_anything_asked()
    assert Article.objects.live().filter(channel__slug="yaowen").count() == 20
    assert Article.objects.get(title="澄江第11条消息").picture is not None
    report = b"".join(admin_client.get(f"/admin/move-in/{move.pk}/report.csv").streaming_content).decode()
    assert "旧编号" in report
    assert "没有找到或不能使用" in report

    ask(admin_client, move, ask="undo")
    work()
    assert Article.objects.count() == 0
    move.refresh_from_db()
    assert move.state == MoveState.UNDONE


def test_a_pause_ends_the_run_and_the_end_of_the_worker_does_not_end_the_wish(
    archive, admin_client, monkeypatch
):
    from meiri.ingest.migration import moving_in

    monkeypatch.setattr(moving_in, "STEP", 5)
    a_channel("要闻", "yaowen")
    admin_client.post("/admin/move-in/", {"source": "old.sql"})
    work()
    move = MoveIn.objects.get()
    ask(admin_client, move, ask="run", publishes="on", otherwise="yaowen")
    ending = Event()
    ending.set()
    do_what_is_asked(ending)
    assert Article.objects.count() == 5
    assert is_anything_asked()
    ask(admin_client, move, ask="pause")
    assert not is_anything_asked()
    move.refresh_from_db()
    assert move.state == MoveState.PAUSED
    ask(admin_client, move, ask="run", publishes="on", otherwise="yaowen")
    work()
    assert Article.objects.count() == 20


def test_what_is_no_archive_is_told(archive, admin_client):
    (archive.parent / "notes.txt").write_text("明天交稿")
    admin_client.post("/admin/move-in/", {"source": "notes.txt"})
    work()
    assert "没有认出这是哪个系统的数据" in admin_client.get("/admin/move-in/").content.decode()
    assert admin_client.post("/admin/move-in/", {"source": "../meiri.sqlite3"}).status_code == 422


def test_others_do_not_come_in(archive, django_user_model):

    move = MoveIn.objects.create(system="empire", site="x", source="x")
    client = Client()
    client.force_login(django_user_model.objects.create_user("chen", password=None))
    for address in ("/admin/move-in/", f"/admin/move-in/{move.pk}/", f"/admin/move-in/{move.pk}/report.csv"):
        assert client.get(address).status_code in (302, 403, 404)
    assert client.post(f"/admin/move-in/{move.pk}/", {"ask": "run"}).status_code in (302, 403, 404)
    move.refresh_from_db()
    assert move.asked == ""

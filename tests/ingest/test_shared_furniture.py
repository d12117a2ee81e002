"""What several pages of one site share is left out of each, wherever an import holds several: a folder, an archive, an upload."""

import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from meiri.ingest.models import Import
from meiri.newsroom.models import Article
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
NOTICE = "欢迎订阅澄江手机报，每天清晨送到您的手机上，发送短信即可开通。"
PICTURE = "<img src='/images/erwei.jpg' width='300'>"


def a_page(number: int, host: str = "old.example", more: str = "") -> bytes:
    own = f"第{number}天，记者在现场看到{number * 17}位居民沿江步行，两岸的灯都亮着。"
    address = f"<link rel='canonical' href='https://{host}/a/{number}.html'>" if host else ""
    return (
        f"<html><head>{address}<title>澄江第{number}条消息</title></head><body><h1>澄江第{number}条消息</h1><p>来源：澄江报 2024-03-05 10:32</p>"
        f"<div id='content'><p>{own}</p><p>{NOTICE}</p>{PICTURE}{more}<p>当地负责人说，接下来还要修{number + 3}座小桥，方便来往。</p></div>"
        f"</body></html>"
    ).encode()


@pytest.fixture
def folder(tmp_path):
    a_channel("要闻", "yaowen")
    for number in range(4):
        (tmp_path / f"{number}.html").write_bytes(a_page(number))
    return tmp_path


def bodies() -> list[str]:
    return [str(article.get_latest_revision_as_object().body) for article in Article.objects.order_by("pk")]


def assert_all_without_notice(count: int) -> None:
    assert len(bodies()) == count
    for body in bodies():
        assert NOTICE not in body
        assert "erwei.jpg" not in body
        assert "两岸的灯都亮着" in body
        assert "座小桥" in body
    # Nothing is lost: it stands beside the draft.
    assert all(NOTICE in known.left_out for known in Import.objects.all())


def test_of_a_folder(folder):
    (folder / "other.html").write_bytes(a_page(9, "other.example"))
    call_command("import", str(folder))
    *of_the_site, other = bodies()
    assert NOTICE in other
    Article.objects.last().delete()
    assert_all_without_notice(len(of_the_site))


def test_of_an_archive_and_of_single_files(folder):
    archive = folder / "pages.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for number in range(4):
            out.write(folder / f"{number}.html", f"{number}.html")
    call_command("import", str(archive))
    assert_all_without_notice(4)
    Article.objects.all().delete()
    call_command("import", *(str(folder / f"{number}.html") for number in range(4)))
    assert_all_without_notice(4)


def test_of_uploads(folder, admin_client):
    files = [SimpleUploadedFile(f"{number}.html", a_page(number, host="")) for number in range(4)]
    admin_client.post(reverse("ingest_import"), {"uploads": files})
    assert_all_without_notice(4)


def test_two_pages_share_nothing_that_is_learnt(folder):
    for number in (2, 3):
        (folder / f"{number}.html").unlink()
    call_command("import", str(folder))
    assert [NOTICE in body for body in bodies()] == [True, True]


def test_a_sub_heading_of_a_few_articles_and_a_text_under_several_headlines_stay(tmp_path):
    a_channel("要闻", "yaowen")
    for number in range(20):
        more = "<h3>现场的声音</h3>" if number < 3 else ""
        (tmp_path / f"{number:02}.html").write_bytes(a_page(number, more=more))
    same = tmp_path / "same"
    same.mkdir()
    text = "同一段话，几个标题：江边的灯都亮着，村民沿江步行回家，孩子们在堤上放风筝。"
    for number in range(4):
        page = f"<html><head><title>题目{number}号</title></head><body><h1>题目{number}号</h1><p>{text}</p></body></html>"
        (same / f"{number}.html").write_text(page, encoding="utf-8")
    call_command("import", str(tmp_path))
    assert sum("现场的声音" in body for body in bodies()) == 3
    assert sum(text in body for body in bodies()) == 4

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from PIL import Image

from meiri.audience.view_counts import views_of
from meiri.ingest.html import read_page
from meiri.ingest.importing import import_items
from meiri.ingest.models import Import
from meiri.ingest.parsed import FoundPicture, Unreadable
from meiri.ingest.sanitise import plain
from meiri.ingest.stored_pictures import find_bytes
from meiri.ingest.stream import as_blocks, as_html
from meiri.ingest.text import read_lines
from meiri.journal.models import Entry
from meiri.media.adding_pictures import Unusable, reencoded, store
from meiri.media.models import Picture
from meiri.newsroom.authors import author_named
from meiri.newsroom.models import Article, Author, Source
from tests.ingest.pages import COPIED, PARAGRAPHS, TITLE, a_portal_page
from tests.media import samples
from tests.newsroom_factory import a_channel, a_station, an_article, an_author

pytestmark = pytest.mark.django_db
CONTRACT = [
    "file", "status", "id", "url", "title", "source", "published_at", "authors", "editor", "views", "channel", "body", "warnings", "reason",
]  # fmt: skip


def a_jpeg(size=(300, 200), colour="green", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return out.getvalue()


def encoded(format: str, picture) -> bytes:
    out = io.BytesIO()
    picture.save(out, format)
    return out.getvalue()


def stored_files() -> set[Path]:
    return {f for f in Path(settings.MEDIA_ROOT).rglob("*") if f.is_file()}


@pytest.fixture
def saved_page(tmp_path):
    """A page as a browser saves it, with a picture in the folder beside it."""
    a_channel()
    picture = '<p><img src="./page_files/a.jpg"></p><p>图为巡田现场。</p>'
    (tmp_path / "page.html").write_text(a_portal_page(extra=picture))
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "a.jpg").write_bytes(a_jpeg())
    return tmp_path / "page.html"


def imported(capsys, *arguments, refused=False):
    """The records that `meiri import --json` prints."""
    if refused:
        with pytest.raises(CommandError) as end:
            call_command("import", *map(str, arguments), "--json")
        assert end.value.returncode == 1
    else:
        call_command("import", *map(str, arguments), "--json")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestRecords:
    def test_each_item_is_one_line_with_the_fields_of_the_contract(self, saved_page, capsys):
        (record,) = imported(capsys, saved_page)
        assert list(record) == CONTRACT
        body = record.pop("body")
        assert plain(body).split("\n") == [*PARAGRAPHS, "图为巡田现场。"]
        article = Article.objects.get()
        assert record == {
            "file": str(saved_page),
            "status": "imported",
            "id": article.pk,
            "url": article.full_url,
            "title": TITLE,
            "source": "江南晚讯",
            "published_at": "2026-11-23T10:20:30+08:00",
            "authors": ["林晚舟", "周牧之"],
            "editor": "沈砚",
            "views": 1203,
            "channel": "keji",
            "warnings": [],
            "reason": "",
        }

    def test_an_exported_archive_comes_back_whole_on_an_empty_site(self, saved_page, capsys, tmp_path):
        imported(capsys, saved_page, "--publish")
        article = Article.objects.get()
        article.stations.set([a_station()])
        article.tags.add("农业", "无人机")
        article.kicker = "科技下田"
        article.save_revision().publish()
        for name in ("all.jsonl", "all.jsonl.zst"):
            call_command("export", str(tmp_path / name))
        before = as_html(Article.objects.get().body)
        Article.objects.all().delete()
        capsys.readouterr()
        (record,) = imported(capsys, tmp_path / "all.jsonl.zst", "--publish")
        assert record["status"] == "imported"
        (again,) = imported(capsys, tmp_path / "all.jsonl")
        assert again["status"] == "duplicate"
        article = Article.objects.get()
        assert article.live
        assert (article.kicker, article.source.name, article.channel.slug) == ("科技下田", "江南晚讯", "keji")
        assert [s.slug for s in article.stations.all()] == ["zhejiang"]
        assert sorted(t.name for t in article.tags.all()) == ["农业", "无人机"]
        assert as_html(article.body) == before
        assert Picture.objects.count() == 1

    def test_export_takes_filters_and_goes_through_the_archive_in_bounded_steps(
        self, tmp_path, django_assert_max_num_queries
    ):
        zhejiang = a_station()
        for n in range(7):
            channel = a_channel() if n % 2 else a_channel("要闻", "yaowen")
            an_article(f"第{n}条要导出的稿件", channel=channel, stations=[zhejiang] if n < 4 else [])
        out = tmp_path / "out.jsonl"

        def titles(*filters):
            call_command("export", str(out), *filters)
            return [json.loads(x)["title"] for x in out.read_text().splitlines()]

        with django_assert_max_num_queries(12):
            assert titles() == [f"第{n}条要导出的稿件" for n in range(6, -1, -1)]
        assert titles("--channel", "keji") == [f"第{n}条要导出的稿件" for n in (5, 3, 1)]
        assert titles("--station", "zhejiang", "--channel", "yaowen") == [
            f"第{n}条要导出的稿件" for n in (2, 0)
        ]
        assert titles("--to", "2001-01-01") == []
        with pytest.raises(CommandError):
            titles("--channel", "nowhere")

    def test_a_record_cannot_bring_scripts_along(self, tmp_path, capsys):
        a_channel()
        record = {
            "title": "一条带脚本的记录",
            "body": "<p onclick=x>正文<script>alert(1)</script></p><h2>小标题</h2>",
            "channel": "keji",
        }
        (tmp_path / "a.jsonl").write_text(json.dumps(record) + "\nnot json\n[1]\n")
        found = imported(capsys, tmp_path / "a.jsonl", refused=True)
        assert [r["status"] for r in found] == ["imported", "refused", "refused"]
        assert found[0]["body"] == "<p>正文</p>\n<h2>小标题</h2>"
        assert found[1]["file"].endswith("a.jsonl:2")


class TestFiling:
    def test_an_import_is_a_draft_unless_it_is_to_be_published(self, saved_page):
        record = import_items(read_lines(COPIED))
        article = Article.objects.get(pk=record.id)
        assert not article.live
        assert article.latest_revision is not None
        assert not Entry.objects.filter(kind="article.published").exists()

    def test_publishing_lists_the_article_and_tells_the_journal(self, saved_page):
        record = import_items(
            read_page(saved_page.read_text()), publishing=True, page=saved_page, root=saved_page.parent
        )
        article = Article.objects.get(pk=record.id)
        assert article.live
        assert article.picture is not None
        assert article.origin == "reprint"
        assert Entry.objects.filter(kind="article.published").count() == 1
        assert [b.author.name for b in article.bylines.all()] == ["林晚舟", "周牧之"]
        assert views_of([article.pk]) == {article.pk: 1203}

    def test_the_same_article_is_not_imported_twice(self):
        a_channel()
        first = import_items(read_lines(COPIED))
        second = import_items(read_page(a_portal_page()))
        assert (second.status, second.id) == ("duplicate", first.id)
        assert Article.objects.count() == 1

    def test_a_page_that_changed_updates_its_article_as_a_draft(self):
        a_channel()
        first = import_items(read_page(a_portal_page()), publishing=True)
        changed = import_items(
            read_page(a_portal_page(paragraphs=(*PARAGRAPHS, "专家认为，明年还可以再推广一倍。")))
        )
        assert (changed.status, changed.id) == ("updated", first.id)
        assert any("发布后读者才能看到" in w for w in changed.warnings)
        article = Article.objects.get()
        assert "专家认为" not in as_html(article.body)
        assert "专家认为" in as_html(article.get_latest_revision_as_object().body)
        assert [b.author.name for b in article.bylines.all()] == ["林晚舟", "周牧之"]

    def test_the_channel_is_the_breadcrumbs_then_the_given_one_then_the_first(self):
        yaowen = a_channel("要闻", "yaowen", order=1)
        keji = a_channel(order=2)
        plain_text = "今天下雪了\n\n一早起来，院子里白茫茫的一片{}。"
        assert import_items(read_lines(COPIED), channel=yaowen).channel == "keji"
        assert import_items(read_lines(plain_text.format(1)), channel=keji).channel == "keji"
        record = import_items(read_lines(plain_text.format(2)))
        assert record.channel == "yaowen"
        assert "没有对应的频道，暂归“要闻”，请核对。" in record.warnings

    def test_authors_who_sound_alike_are_two(self):
        one, other = author_named("张伟"), author_named("章伟")
        assert one.pk != other.pk
        assert one.slug != other.slug
        assert author_named("张伟").pk == one.pk
        assert author_named("沈砚") != an_author("林晚舟", slug="lin-wanzhou")

    def test_nothing_of_a_refused_item_stays(
        self, saved_page, django_user_model, django_capture_on_commit_callbacks
    ):
        reporter = django_user_model.objects.create_user(
            "reporter", "reporter@meiri.example", "a-long-password"
        )
        reporter.user_permissions.set(
            Permission.objects.filter(codename__in=["add_article", "change_article"])
        )
        parsed, before = read_page(saved_page.read_text()), stored_files()
        with (
            pytest.raises(Unreadable, match="没有发布"),
            django_capture_on_commit_callbacks(execute=True) as committed,
        ):
            import_items(parsed, page=saved_page, root=saved_page.parent, publishing=True, by=reporter)
        assert committed
        for model in (Article, Picture, Author, Source, Import):
            assert not model.objects.exists()
        assert stored_files() <= before

    @pytest.mark.parametrize("text", ["今天下雪了，院子里白茫茫的一片。", "只有标题的一行文字"])
    def test_an_item_without_headline_or_text_is_refused(self, text):
        a_channel()
        with pytest.raises(Unreadable):
            import_items(read_lines(text))

    def test_a_locked_article_is_left_alone(self):
        a_channel()
        record = import_items(read_page(a_portal_page()))
        Article.objects.filter(pk=record.id).update(locked=True)
        with pytest.raises(Unreadable, match="锁定"):
            import_items(read_page(a_portal_page(paragraphs=PARAGRAPHS[:2])))


class TestPictures:
    def test_a_saved_picture_is_stored_upright_without_exif(self, saved_page):
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "camera of a secret source"
        data = a_jpeg((300, 200), exif=exif)
        new = reencoded(data)
        with Image.open(io.BytesIO(new.content)) as picture:
            assert new.suffix == "jpg"
            assert picture.size == (200, 300)
            assert not dict(picture.getexif())
        assert b"secret" not in new.content

    @pytest.mark.parametrize("name", ["jfif", "heic", "cmyk", "long", "gif", "apng", "webp"])
    def test_a13_a14_d12_pictures_of_all_kinds_are_taken_and_what_moves_goes_on(self, tmp_path, capsys, name):
        a_channel()
        content = {
            "jfif": a_jpeg,
            "heic": lambda: encoded("HEIF", Image.new("RGB", (300, 200), "red")),
            "cmyk": lambda: encoded("JPEG", Image.new("CMYK", (300, 200), (0, 255, 255, 0))),
            "long": lambda: encoded("PNG", Image.new("RGB", (60, 66_000), "white")),
            "gif": lambda: samples.moving("GIF"),
            "apng": lambda: samples.moving("PNG"),
            "webp": lambda: samples.moving("WEBP"),
        }[name]()
        (tmp_path / "a_files").mkdir()
        (tmp_path / "a_files" / f"a.{name}").write_bytes(content)
        (tmp_path / "a.html").write_text(a_portal_page(extra=f'<p><img src="./a_files/a.{name}"></p>'))
        (record,) = imported(capsys, tmp_path)
        assert record["warnings"] == []
        picture = Picture.objects.get()
        assert picture.stored_sizes().moves == (name in ("gif", "apng", "webp"))
        assert all(picture.file.storage.exists(file) for file in picture.stored_sizes().names())
        if name == "cmyk":
            with picture.file.open() as file, Image.open(file) as shown:
                red, green, blue = shown.convert("RGB").getpixel((5, 5))
            assert red > 200 > 100 > max(green, blue)

    def test_the_same_picture_is_stored_once(self):
        one, new = store(a_jpeg(), "标题")
        other, again = store(a_jpeg(), "另一个标题")
        assert (one.pk, new, again) == (other.pk, True, False)

    @pytest.mark.parametrize(
        "data", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0broken", a_jpeg((10, 10))]
    )
    def test_what_is_no_picture_is_not_stored(self, data):
        with pytest.raises(Unusable):
            store(data, "标题")
        assert not Picture.objects.exists()

    def test_pictures_are_read_inside_the_import_root_alone(self, tmp_path):
        (tmp_path / "secret.jpg").write_bytes(a_jpeg())
        root = tmp_path / "root"
        (root / "page_files").mkdir(parents=True)
        (root / "page_files" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
        page = root / "page.html"
        for url in (
            "../secret.jpg",
            "page_files/../../secret.jpg",
            "page_files/link.jpg",
            f"/{tmp_path}/secret.jpg",
            "/../secret.jpg",
            "page_files",
            "a\0b.jpg",
            "%2e%2e/secret.jpg",
        ):
            with pytest.raises(Unusable):
                find_bytes(FoundPicture(url), page, root)
        (root / "page_files" / "图 1.jpg").write_bytes(b"x")
        assert find_bytes(FoundPicture("page_files/%E5%9B%BE%201.jpg"), page, root) == b"x"

    def test_a_missing_picture_is_told_and_the_article_imported(self, saved_page):
        (saved_page.parent / "page_files" / "a.jpg").unlink()
        record = import_items(read_page(saved_page.read_text()), page=saved_page, root=saved_page.parent)
        assert record.status == "imported"
        assert record.warnings == ["图片 a.jpg 没有导入：没有找到图片文件。"]
        assert "图为巡田现场。" in plain(record.body)
        assert Article.objects.get(pk=record.id).body[1].value["address"] == "page_files/a.jpg"

    def test_e6_a_remote_picture_keeps_its_place_and_adds_no_words(self, client):
        a_channel()
        page = a_portal_page(
            extra='<img src="https://img.example/a.jpg" alt="稻田"><p align="center">巡田现场。林晚舟 摄</p><p>这是图片之后的一段文字。</p>'
        )
        record = import_items(read_page(page), publishing=True)
        figure = '<figure><img src="https://img.example/a.jpg"><figcaption>巡田现场。林晚舟 摄</figcaption></figure>'
        assert figure in record.body
        assert any("没有取回" in warning for warning in record.warnings)
        assert Picture.objects.count() == 0
        article = Article.objects.get(pk=record.id)
        kinds = [
            (block.block_type, dict(block.value)) for block in article.body if block.block_type != "text"
        ]
        assert kinds == [
            ("missing_picture", {"address": "https://img.example/a.jpg", "caption": "巡田现场。林晚舟 摄"})
        ]
        shown = client.get(article.get_absolute_url()).content.decode()
        assert "这是图片之后的一段文字。" in shown
        assert "img.example" not in shown
        assert "巡田现场" not in shown


def test_bodies_go_into_blocks_and_back():
    body = (
        '<p>第一段，有<strong>重点</strong>、<em>强调</em>和<a href="https://a.example/">链接</a>。<br>换行。</p>\n<ul><li>一</li><li>二</li></ul>\n'
        "<h2>小标题</h2>\n<blockquote><p>急不得。</p><p>——合作社负责人</p></blockquote>\n"
        "<table><tbody><tr><th>项目</th><th>数值</th></tr><tr><td>面积</td><td>1 &lt; 2</td></tr></tbody></table>"
    )
    blocks = as_blocks(body, {})
    assert [kind for kind, _ in blocks] == ["text", "heading", "quote", "table"]
    assert blocks[2][1] == {"text": "急不得。", "speaker": "合作社负责人"}
    article = Article(body=blocks)
    assert "".join(as_html(article.body).split("\n")) == "".join(body.split("\n"))


class TestCommand:
    def test_a_folder_is_imported_in_order_and_failures_do_not_stop_it(self, saved_page, capsys):
        folder = saved_page.parent
        (folder / "b.pdf").write_bytes(b"%PDF-1.7")
        (folder / "z.txt").write_bytes(COPIED.replace(TITLE, "另一条完全不同的标题").encode("gb18030"))
        found = imported(capsys, folder, refused=True)
        assert [(r["file"].rsplit("/", 1)[-1], r["status"]) for r in found] == [
            ("b.pdf", "refused"), ("page.html", "imported"), ("z.txt", "imported"),
        ]  # fmt: skip
        assert found[0]["reason"] == "这份 PDF 文件已损坏，无法读取。"
        assert list(found[0]) == CONTRACT

    def test_a13_no_picture_ends_a_run_and_long_ones_are_taken(self, tmp_path, capsys):
        a_channel()
        noise = Image.effect_noise((400, 300), 90).convert("RGB")
        pictures = {
            "chang": encoded("PNG", Image.new("RGB", (540, 17_000), "white")),
            "half": encoded("JPEG", noise)[:20_000],
            "none": b"",
            "page": b"<html>",
            "moves": samples.moving("GIF"),
            "endless": samples.moving("GIF", size=(60, 60), frames=410),
        }
        for number, (name, content) in enumerate(pictures.items()):
            (tmp_path / f"{name}.files").mkdir()
            (tmp_path / f"{name}.files" / "a.png").write_bytes(content)
            page = a_portal_page(extra=f'<p><img src="./{name}.files/a.png"></p>')
            page = page.replace(TITLE, f"第{number}条{name}的标题很长很长").replace(
                "42.html", f"{number}.html"
            )
            (tmp_path / f"{name}.html").write_text(page)
        before = stored_files()
        found = {Path(r["file"]).stem: r for r in imported(capsys, tmp_path)}
        assert {name for name, r in found.items() if r["status"] != "refused"} == set(pictures)
        assert {name for name, r in found.items() if any("没有导入" in w for w in r["warnings"])} == {
            "half", "none", "page", "endless",
        }  # fmt: skip
        assert Picture.objects.count() == 2
        kept = {
            Path(p.file.storage.path(n))
            for p in Picture.objects.all()
            for n in (p.file.name, *p.stored_sizes().names(), *p.stored_sizes().manifests())
        }
        assert stored_files() - before == kept

    def test_a_path_that_is_not_there_is_refused_and_a_wrong_channel_is_misuse(self, tmp_path, capsys):
        (record,) = imported(capsys, tmp_path / "nothing.html", refused=True)
        assert record["reason"] == "文件不存在。"
        with pytest.raises(CommandError) as misuse:
            call_command("import", str(tmp_path), "--channel", "nowhere")
        assert misuse.value.returncode == 2

    def test_without_json_each_item_is_a_line_for_people(self, saved_page, capsys):
        call_command("import", str(saved_page))
        assert capsys.readouterr().out == f"imported   {saved_page}: {Article.objects.get().pk} {TITLE}\n"


def test_every_saved_page_is_imported_whole_or_refused_with_a_reason(shared_data, capsys):
    a_channel()
    pages = sorted((shared_data / "pages" / "zh").glob("*.html"))
    assert len(pages) > 20
    records = imported(capsys, *pages)
    assert [Path(record["file"]).name for record in records] == [page.name for page in pages]
    for record in records:
        if record["status"] == "refused":
            assert record["reason"], record
            continue
        assert record["status"] in ("imported", "duplicate"), record
        article = Article.objects.get(pk=record["id"])
        assert not article.live
        assert article.title == record["title"]
        assert len(record["body"]) > 150, record["file"]
        assert "<script" not in record["body"]

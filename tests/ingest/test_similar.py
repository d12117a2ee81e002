"""Imports that are like what the newsroom has: told in the warnings, left to an editor to confirm."""

import json

import pytest
from django.core.management import CommandError, call_command

from meiri.ingest.importing import import_items
from meiri.ingest.parsed import ParsedArticle
from meiri.newsroom.models import Article
from meiri.search.models import ProposedVersion
from tests.ingest.test_admin import a_user
from tests.newsroom_factory import a_channel, a_draft, a_source
from tests.search.test_minhash import OTHER, REPORT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def newsroom():
    a_channel()


def a_parsed(title, text, source="江海晚报"):
    return ParsedArticle(title=title, body=f"<p>{text}</p>", source=source)


def test_a_reprint_is_told_with_title_likeness_and_source():
    import_items(a_parsed("老旧小区装上电梯", REPORT, "国家通讯社"))
    record = import_items(a_parsed("老旧小区装上电梯了", REPORT + "记者还了解到，后续维护由物业负责。"))
    assert record.status == "imported"
    (told,) = [w for w in record.warnings if w.startswith("与《")]
    assert told.startswith("与《老旧小区装上电梯》相似 100%")
    assert told.endswith("，来源国家通讯社。")


def test_what_it_seems_to_come_from_is_proposed():
    first = import_items(a_parsed("老旧小区装上电梯", REPORT, "国家通讯社"))
    second = import_items(a_parsed("电梯来了", REPORT))
    proposal = ProposedVersion.objects.get()
    assert (proposal.article_id, proposal.parent_id, proposal.tie) == (second.id, first.id, "reprint")


def test_other_news_has_no_such_warning():
    import_items(a_parsed("老旧小区装上电梯", REPORT))
    record = import_items(a_parsed("科考队启航", OTHER))
    assert not any("相似" in w for w in record.warnings)
    assert record.similar == {}


def test_a_record_in_json_is_as_it_was_and_items_of_one_run_count(tmp_path, capsys):
    lines = [
        {"title": "老旧小区装上电梯", "body": f"<p>{REPORT}</p>", "source": "国家通讯社"},
        {"title": "电梯来了", "body": f"<p>{REPORT}新增一句。</p>", "source": "江海晚报"},
    ]
    file = tmp_path / "稿件.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    call_command("import", str(file), json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(second) == {
        "file", "status", "id", "url", "title", "source", "published_at", "authors", "editor", "views",
        "channel", "body", "warnings", "reason",
    }  # fmt: skip
    assert not any("相似" in w for w in first["warnings"])
    assert any(w.startswith("与《老旧小区装上电梯》相似") for w in second["warnings"])


def test_a_refused_item_leaves_no_fingerprint(tmp_path):
    file = tmp_path / "空.jsonl"
    file.write_text('{"title": "只有标题"}\n')
    with pytest.raises(CommandError):
        call_command("import", str(file))
    assert not Article.objects.exists()


def test_the_editor_who_imports_sees_a_comparison_and_nothing_of_other_desks(client):
    known = a_draft("老旧小区装上电梯", text=REPORT, source=a_source("国家通讯社"))
    known.save_revision()
    client.force_login(a_user("bianji", "add_article", "change_article", "publish_article"))
    page = client.post("/admin/import/", {"text": f"电梯来了\n来源：江海晚报\n\n{REPORT}"}).content.decode()
    article = Article.objects.get(title="电梯来了")
    assert "与《老旧小区装上电梯》相似" in page
    assert f"/admin/similar/{known.pk}/{article.pk}/" in page
    desk = a_channel("要闻", "yaowen")
    client.force_login(a_user("waiban", "add_article", "change_article", desk=[desk]))
    text = f"电梯又来了\n来源：江海晚报\n\n{REPORT}"
    page = client.post("/admin/import/", {"text": text, "channel": desk.pk}).content.decode()
    assert Article.objects.filter(title="电梯又来了").exists()
    assert "老旧小区装上电梯" not in page

"""The register of sources: found by any name, read from a file whole or not at all, searched while choosing."""

from contextlib import suppress
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from meiri.newsroom.models import Source
from meiri.sources.lists import COLUMNS, BadList, read_list, take_list, write_list
from meiri.sources.name_keys import domain_of, name_key
from meiri.sources.register import SourceListing, listing_at, listing_named

LIST = "单位名称,类别,别名,域名,状态,截止日期\n北岭日志,地方,北岭日报；北岭网,www.beiling.example.org,,\n海角时报,地方,,,暂停转载,\n"


def taken(text=LIST, **options):
    return take_list(read_list(text.encode("utf-8"), "2025-06"), **options)


@pytest.mark.django_db
def test_a_body_is_found_by_each_of_its_names_and_by_its_domain():
    taken()
    body = SourceListing.objects.get(name="北岭日志")
    for name in ("北岭日志", "《北岭日报》", "北嶺網", "北岭 网"):
        assert listing_named(name) == body
    assert listing_at("https://news.beiling.example.org/2025/1.html") == body
    assert listing_named("北岭") is None
    assert listing_at("https://beiling.example.org.evil.example/") is None


@pytest.mark.django_db
def test_a_list_is_brought_up_to_date_by_the_next():
    first = taken()
    assert (first.added, first.changed) == (2, 0)
    assert Source.objects.filter(name="北岭日志").exists()
    assert (taken().same, taken().changed) == (2, 0)
    later = taken("单位名称,版次\n北岭日报,2026-01\n云上周刊,2026-01\n", whole=True)
    assert (later.added, later.changed, later.removed) == (1, 1, 1)
    assert listing_named("海角时报").state_in_words() == "已移出名单"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("名字\n北岭日志\n", "没有“单位名称”一列"),
        ("单位名称,状态\n北岭日志,也许\n", "第 2 行：不认识的状态“也许”"),
        ("单位名称,截止日期\n北岭日志,明年\n", "第 2 行：不认识的日期“明年”"),
        ("单位名称,域名\n北岭日志,http://\n", "不是域名"),
        ("单位名称\n北岭日志\n《北岭日志》\n", "第 3 行：“北岭日志”在第 2 行已有"),
        ("单位名称,别名\n北岭日志,北岭网\n海角,北岭网\n", "第 3 行：“北岭网”在第 2 行已有"),
        ('单位名称\n"北岭', "不是 CSV"),
        ("单位名称\n", "没有单位"),
        ("单位名称\n" + "长" * 81 + "\n", "第 2 行"),
    ],
)
def test_a_list_with_a_fault_is_told_where_and_stores_nothing(text, fault):
    with pytest.raises(BadList, match=fault):
        taken(text)
    assert not SourceListing.objects.exists()


@pytest.mark.django_db
def test_a_name_that_is_anothers_is_refused_and_nothing_stored():
    taken()
    with pytest.raises(BadList, match="与“北岭日志”相同"):
        taken("单位名称,别名\n云上周刊,\n山城都市报,北岭网\n")
    assert SourceListing.objects.count() == 2
    with pytest.raises(ValidationError, match="北岭日志"):
        SourceListing(name="山城都市报", aliases="北岭网").full_clean()


@pytest.mark.django_db
def test_what_is_written_is_read_again_the_same():
    taken('单位名称,别名,域名,状态,起始日期,说明\n甲报,甲网；甲端,a.cn；b.cn,冻结,2025年6月1日,"有,逗号"\n')
    written = "".join(write_list(SourceListing.objects.all()))
    before = SourceListing.objects.values(*COLUMNS.values()).get()
    assert before["since"] == date(2025, 6, 1)
    SourceListing.objects.all().delete()
    take_list(read_list(written.encode()))
    assert SourceListing.objects.values(*COLUMNS.values()).get() == before


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_list(data):
    with suppress(BadList):
        assert read_list("单位名称,域名,状态\n".encode() + data)


@pytest.mark.parametrize("text", ["ｗｗｗ．b．cn", "http：//b。cn。", "B.cn.", "b｡cn"])
def test_domains_are_read_in_full_width_too(text):
    assert domain_of(text) == "b.cn"


@given(st.text(max_size=60))
@example("0。")
def test_keys_of_names_and_domains_keep_their_form(text):
    assert name_key(name_key(text)) == name_key(text)
    assert domain_of(domain_of(text)) == domain_of(text)


@pytest.mark.django_db
def test_the_commands_bring_it_in_and_out(tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(LIST.encode("gb18030"))
    call_command("sources", "import", str(file), edition="2025-06")
    call_command("sources", "export", str(tmp_path / "out.csv"))
    assert "北岭日报；北岭网" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    with pytest.raises(CommandError, match="File exists"):
        call_command("sources", "export", str(file))
    file.write_text("x", encoding="utf-8")
    with pytest.raises(CommandError, match="nothing was stored"):
        call_command("sources", "import", str(file))


@pytest.mark.django_db
def test_the_admin_takes_a_list_and_says_what_is_wrong_with_another(admin_client):
    page = reverse("sources_import")
    bad = SimpleUploadedFile("bad.csv", b"x,y\n1,2\n")
    assert "没有“单位名称”一列" in admin_client.post(page, {"file": bad}).content.decode()
    good = SimpleUploadedFile("good.csv", LIST.encode())
    told = admin_client.post(page, {"file": good, "edition": "2025-06"}, follow=True).content.decode()
    assert "新增 2 个" in told
    listed = admin_client.get("/admin/snippets/sources/sourcelisting/", {"q": "北岭网"}).content.decode()
    assert "北岭日志" in listed
    assert "海角时报" not in listed
    out = b"".join(admin_client.get(reverse("sources_export")).streaming_content).decode("utf-8-sig")
    assert "海角时报" in out


@pytest.mark.django_db
def test_the_chooser_finds_by_alias_among_1500_with_the_same_number_of_queries(admin_client):
    chooser = "/admin/snippets/choose/newsroom/source/results/"
    numbers = []
    for start, end in ((0, 30), (30, 1500)):
        state = "" if start == 0 else "暂停转载"  # sources are made of those that may be reprinted
        rows = "".join(f"第{n}日报,地方,第{n}网,s{n}.example.cn,{state},\n" for n in range(start, end))
        taken(LIST.splitlines()[0] + "\n" + rows)
        admin_client.get(chooser, {"q": "第2网"})
        with CaptureQueriesContext(connection) as queries:
            shown = admin_client.get(chooser, {"q": "第2网"}).content.decode()
        assert "第2日报" in shown
        assert "可转载" in shown
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_a_list_begins_no_formula_and_is_read_again_as_it_was():
    listing = SourceListing(edition="2025-06", category="地方", name="=江南晚讯", note="+86 开头的号码")
    text = "".join(write_list([listing]))
    assert "'=江南晚讯" in text
    assert "'+86" in text
    [read] = read_list(text.encode())
    assert (read.name, read.note) == (listing.name, listing.note)

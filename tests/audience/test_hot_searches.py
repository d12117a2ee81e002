"""热搜词: what several readers search for, and what no flood of one lifts."""

import re
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.audience import counting_searches, hot_searches, search_log
from meiri.audience.counting_searches import FEWEST, count_file, forget_searches
from meiri.audience.models import CountedSearch, HotSearchSettings, SearchCount, SearchedWords, SearchRule
from meiri.audience.search_log import FOLDER, ended_files, read_searches
from meiri.newsroom.publishing import withdraw
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
API = "/api/v1/search/hot/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


@pytest.fixture(autouse=True)
def nothing_kept():
    for forget in (hot_searches._lists.forget, search_log._networks._buckets.clear):
        forget()


@pytest.fixture
def search(client, search_index):
    """A reader's search, from an address of its own where none is said."""
    numbers = iter(range(1, 1 << 20))

    def ask(words: str, address: str = "", agent: str = PHONE, edition: str = "", **more):
        search_index.catch_up()
        number = next(numbers)
        address = address or f"10.{number >> 8}.{number & 255}.7"
        headers = {"X-Forwarded-For": address, "User-Agent": agent, **more.pop("headers", {})}
        method = more.pop("method", client.get)
        return method(f"{edition}/search/", {"q": words, **more}, headers=headers)

    return ask


def count() -> int:
    """Let the worker count what was searched for until now."""
    new = 0
    for path in ended_files(time.time() + 120):
        new += count_file(path)
        path.unlink()
    return new


def listed(client, edition: str = "") -> list[str]:
    hot_searches._lists.forget()
    page = client.get(f"{edition}/search/").content.decode()
    found = re.findall(
        r"<li>(.*?)</li>", page.partition('class="hot-searches"')[2].partition("</section>")[0], re.DOTALL
    )
    return [re.sub(r"<[^>]*>", "", one).replace("编辑推荐", "").strip() for one in found]


def several(search, words: str, times: int = FEWEST, **more) -> None:
    for _ in range(times):
        assert search(words, **more).status_code == 200


class TestCounting:
    def test_what_several_readers_search_for_is_listed_and_leads_to_the_results(self, client, search):
        an_article("渡口的清晨")
        several(search, "渡口")
        assert count() == FEWEST
        assert listed(client) == ["渡口"]
        page = client.get("/search/").content.decode()
        address = re.search(r'href="(/search/\?q=[^"]*via=hot)"', page)[1].replace("&amp;", "&")
        assert "渡口" in client.get(address).content.decode().partition('id="found"')[2]

    def test_until_then_the_words_stand_nowhere(self, client, search, tmp_path):
        an_article("渡口的清晨")
        several(search, "渡口", FEWEST - 1)
        assert count() == FEWEST - 1
        assert listed(client) == []
        assert not SearchedWords.objects.exists()
        assert not any((tmp_path / FOLDER).iterdir())
        search("渡口")
        count()
        assert listed(client) == ["渡口"]

    def test_the_log_names_nobody_and_is_its_owners(self, search, tmp_path):
        an_article("渡口的清晨")
        an_article("湿地的清晨")
        for words in ("渡口", "湿地"):
            search(words, "203.0.113.77")
        (path,) = (tmp_path / FOLDER).iterdir()
        assert "203.0" not in path.read_text()
        first, second = read_searches(path)
        assert first.mark != second.mark
        assert path.stat().st_mode & 0o777 == 0o600

    def test_scripts_capitals_and_spaces_are_one(self, client, search):
        an_article("5G基站进山村湿地")
        for words in ("5g 濕地", "5G  湿地", "５Ｇ 湿地", "5g 湿地", "5G 湿地"):
            search(words)
        count()
        assert [one.lower() for one in listed(client)] == ["5g 湿地"]

    def test_what_is_shown_stands_in_one_headline(self, client, search):
        """So that nobody can put words of their own there, however many addresses they have."""
        an_article("渡口的清晨", text="这里的路灯坏了，有人说是因为腐败。")
        an_article("路灯修好了")
        several(search, "腐败")
        several(search, "渡口 路灯")
        count()
        assert SearchedWords.objects.count() == 2
        assert listed(client) == []

    def test_what_has_no_results_any_more_is_gone(self, client, search, search_index):
        article = an_article("渡口的清晨")
        several(search, "渡口")
        count()
        assert listed(client) == ["渡口"]
        withdraw(article, "来源失实")
        search_index.catch_up()
        assert listed(client) == []

    def test_with_the_hours_it_sinks_and_is_forgotten(self, search, search_index):
        an_article("渡口的清晨")
        an_article("湿地的清晨")
        several(search, "渡口", 9)
        count()
        now = timezone.now()
        SearchCount.objects.update(start=now - timedelta(hours=30))
        several(search, "湿地", FEWEST)
        count()
        assert [one.words for one in hot_searches.make_list(timezone.now())] == ["湿地", "渡口"]
        assert hot_searches.make_list(now + timedelta(hours=50)) == []
        SearchedWords.objects.update(at=now - timedelta(hours=49))
        SearchCount.objects.update(start=now - timedelta(hours=50))
        CountedSearch.objects.update(until=now)
        forget_searches()
        for model in (SearchedWords, SearchCount, CountedSearch):
            assert not model.objects.exists()

    def test_a_file_that_is_counted_again_after_a_crash_counts_once(self, search, tmp_path):
        an_article("渡口的清晨")
        several(search, "渡口")
        (path,) = ended_files(time.time() + 120)
        assert count_file(path) == FEWEST
        assert count_file(path) == 0
        assert SearchCount.objects.get().count == FEWEST

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
    @given(st.binary(max_size=300))
    def test_a_damaged_file_is_no_error(self, tmp_path, data):
        path = tmp_path / "1.log"
        path.write_bytes(data + b"\n1 2 x\n")
        assert all(0 <= one.mark < 1 << 63 for one in read_searches(path))


class TestFloods:
    """The traffic that somebody would forge who wants a word on the list."""

    @pytest.fixture(autouse=True)
    def article(self, db):
        return an_article("渡口的清晨")

    def test_one_reader_again_and_again(self, client, search):
        several(search, "渡口", 60, address="203.0.113.5")
        assert count() == 1
        assert listed(client) == []

    def test_one_address_under_many_names(self, client, search):
        for n in range(60):
            search("渡口", "203.0.113.5", agent=f"{PHONE} Version/{n}")
        assert count() == 1

    def test_all_addresses_of_one_network(self, client, search, monkeypatch):
        monkeypatch.setattr(search_log._networks, "burst", 1000)
        for n in range(1, 200):
            search("渡口", f"203.0.113.{n}")
        for n in range(100):
            search("渡口", f"2001:db8:7:{n:x}::{n:x}")
        assert count() == 2
        assert listed(client) == []

    def test_a_network_that_searches_for_everything_fills_nothing(self, search, tmp_path):
        for n in range(100):
            an_article(f"第{n}号渡口")
        for n in range(100):
            search(f"第{n}号渡口", "203.0.113.5")
        assert count() <= search_log.AT_ONCE + search_log.A_MINUTE
        assert SearchCount.objects.count() <= search_log.AT_ONCE + search_log.A_MINUTE

    def test_programs_other_sites_and_the_list_itself(self, search, client):
        several(search, "渡口", agent="python-requests/2.32")
        several(search, "渡口", agent="")
        several(search, "渡口", headers={"Sec-Fetch-Site": "cross-site"})
        several(search, "渡口", headers={"Sec-Purpose": "prefetch"})
        several(search, "渡口", via="hot")
        several(search, "渡口", method=client.head)
        several(search, "渡口", area="pictures")
        several(search, "渡口", channel="keji")
        assert count() == 0

    def test_a_header_that_a_reader_forges_makes_no_other_reader(self, search, settings):
        """Where no proxy of ours stands in front, nobody says by a header where they are."""
        settings.TRUSTED_PROXIES = ()
        several(search, "渡口", 60)
        assert count() <= 1

    @pytest.mark.parametrize(
        "words", ['"渡口"', "标题:渡口", "渡口 -夜航", "口", "渡口" * 11, "日期:2026", "没有这样的词"]
    )
    def test_operators_and_what_finds_nothing(self, search, words):
        several(search, words)
        assert count() == 0

    def test_a_minute_and_a_day_have_bounds(self, search, monkeypatch, tmp_path):
        monkeypatch.setattr(search_log, "LARGEST_FILE", 100)
        several(search, "渡口", 30)
        (path,) = (tmp_path / FOLDER).iterdir()
        assert path.stat().st_size < 200
        monkeypatch.setattr(counting_searches, "MOST_MARKS", 1)
        count()
        several(search, "渡口", 3)
        assert count() == 0

    def test_the_rarest_go_first(self, monkeypatch):
        monkeypatch.setattr(counting_searches, "MOST_COUNTS", 3)
        now = timezone.now()
        SearchCount.objects.bulk_create(SearchCount(query=n, start=now, count=n) for n in range(10))
        forget_searches()
        assert sorted(SearchCount.objects.values_list("count", flat=True)) == [7, 8, 9]


class TestMinors:
    def test_nothing_of_it_is_in_their_edition_and_nothing_they_search_for_is_counted(self, client, search):
        an_article("渡口的清晨")
        several(search, "渡口", edition="/weichengnian")
        assert count() == 0
        several(search, "渡口")
        count()
        assert listed(client) == ["渡口"]
        assert listed(client, "/weichengnian") == []

    def test_what_may_harm_them_is_listed_for_nobody(self, client, search):
        an_article("渡口旧案", minors_risk="imitation")
        an_article("渡口的清晨")
        several(search, "渡口")
        several(search, "旧案")
        count()
        assert listed(client) == []
        assert client.get(API).json() == {"results": []}


class TestEditors:
    def test_keep_words_off_at_once_whatever_stands_around_them(self, client, search):
        an_article("渡口的清晨")
        an_article("湿地的清晨")
        several(search, "渡口的清晨")
        several(search, "湿地")
        count()
        assert set(listed(client)) == {"渡口的清晨", "湿地"}
        SearchRule.objects.create(words="渡 口", reason="与案件有关")
        page = client.get("/search/").content.decode()
        assert "渡口的清晨" not in page
        assert listed(client) == ["湿地"]

    def test_put_words_at_a_place_for_a_while(self, client, search, search_index):
        for title in ("渡口的清晨", "湿地的清晨", "河湖长制"):
            an_article(title)
        several(search, "渡口")
        several(search, "湿地", FEWEST + 2)
        count()
        rule = SearchRule(
            words="河湖长制", deed="pin", place=2, reason="专题", until=timezone.now() + timedelta(days=1)
        )
        rule.full_clean()
        rule.save()
        assert listed(client) == ["湿地", "河湖长制", "渡口"]
        assert "编辑推荐" in client.get("/search/").content.decode()
        SearchRule.objects.update(until=timezone.now())
        assert listed(client) == ["湿地", "渡口"]

    def test_are_told_what_is_missing(self):
        later = timezone.now() + timedelta(days=1)
        SearchRule.objects.create(words="甲", deed="pin", place=1, until=later, reason="专题")
        for fields, wrong in (
            ({"deed": "pin", "until": later}, "place"),
            ({"deed": "pin", "place": 2}, "until"),
            ({"deed": "pin", "place": 1, "until": later}, "place"),
            ({"deed": "off", "until": timezone.now() - timedelta(days=1)}, "until"),
            ({"deed": "off", "words": "，。"}, "words"),
        ):
            with pytest.raises(ValidationError) as error:
                SearchRule(**{"words": "乙", "reason": "专题", **fields}).full_clean()
            assert list(error.value.message_dict) == [wrong]

    def test_choose_what_is_shown(self, client, search):
        for title in ("渡口的清晨", "湿地的清晨"):
            an_article(title)
        several(search, "渡口")
        count()
        SearchRule.objects.create(
            words="湿地", deed="pin", place=1, until=timezone.now() + timedelta(days=1), reason="专题"
        )
        for mode, shown in (("counted", ["湿地", "渡口"]), ("editors", ["湿地"]), ("off", [])):
            chosen = HotSearchSettings.load()
            chosen.mode = mode
            chosen.save()
            assert listed(client) == shown


def test_a_search_without_results_shows_the_list_and_one_with_results_does_not(client, search):
    an_article("渡口的清晨")
    several(search, "渡口")
    count()
    assert 'class="hot-searches"' in search("没有这样的词").content.decode()
    assert 'class="hot-searches"' not in search("渡口").content.decode()


def test_where_nothing_can_be_written_a_search_is_answered(client, search, tmp_path):
    an_article("渡口的清晨")
    (tmp_path / FOLDER).write_text("a file stands where the folder belongs")
    assert search("渡口").status_code == 200
    assert client.get("/search/").status_code == 200


def test_the_api_gives_the_list_in_either_script(client, search, settings):
    an_article("软件展的清晨")
    several(search, "软件")
    count()
    answer = client.get(API)
    assert answer["Cache-Control"] == "public, max-age=60"
    address = f"{settings.BASE_URL}/search/?q=%E8%BD%AF%E4%BB%B6&via=hot"
    assert answer.json() == {"results": [{"number": 1, "text": "软件", "url": address, "pinned": False}]}
    assert client.get(API, {"script": "hant"}).json()["results"][0]["text"] == "軟體"

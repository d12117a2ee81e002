"""What readers are recommended after an article, and when that changes."""

import itertools
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meiri.journal import consumers
from meiri.journal.log import last_sequence
from meiri.journal.models import ConsumerOffset, Entry
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.sample.generating import generate
from meiri.search import related_updates
from meiri.search.article_similarity import BACKGROUND, freshness, jaccard
from meiri.search.index import Store
from meiri.search.models import RelatedArticle
from meiri.search.related_reading import MOST, MOST_OF_SOURCE, shown
from meiri.search.term_weights import cosine, is_telling
from tests.newsroom_factory import a_channel, a_source, an_article

FLOOD = "青川江水位连日上涨，青川县城低洼处积水，抢险队伍连夜加固堤防，{}。转移群众住进安置点。"
PANDA = "卧云山大熊猫圆圆产下幼崽，饲养员日夜看护，{}。保护区说幼崽体重正常。"
TEA = "云栖茶园开采，茶农抢摘明前茶，{}。今年雨水调匀，茶香更浓。"
DETAILS = [
    "物资车队凌晨抵达",
    "学校临时改作仓库",
    "电力工人抢修线路",
    "气象台预计雨势减弱",
    "志愿者清点帐篷被褥",
    "渡口全部停航",
    "医生巡诊老人和孩子",
    "邻县派来冲锋舟",
    "专家查看历史资料",
    "村民讲起旧日往事",
]
_source = itertools.count(1)


def a_story(title, text, detail=0, *, days=0.0, **fields):
    """An article of a source of its own, published `days` ago."""
    fields.setdefault("source", a_source(f"第{next(_source)}家日报"))
    at = timezone.now().replace(microsecond=0) - timedelta(days=days)
    return an_article(title, text=text.format(DETAILS[detail]), published_at=at, **fields)


@pytest.fixture
def worker(search_index):
    """Does what the worker does after a change: the index follows the journal, then the lists do."""

    def work(rounds: int = 200) -> None:
        search_index.catch_up()
        for _ in range(rounds):
            if not consumers.run_consumer("related"):
                break
            search_index.catch_up()

    return work


def lists() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in RelatedArticle.objects.select_related("article", "related").order_by("article_id", "place"):
        found.setdefault(row.article.title, []).append(row.related.title)
    return found


def after(article: Article) -> list[str]:
    return lists().get(article.title, [])


def told() -> list[set[str]]:
    """The keys of each entry that told of changed lists, in their order."""
    return [set(e.keys) for e in Entry.objects.filter(kind="related.changed").order_by("sequence")]


@pytest.mark.django_db
class TestWhatIsRecommended:
    def test_the_same_event_first_then_the_same_tags_and_nothing_that_only_fills_up(self, worker):
        a_story("小镇新开书店", "读者在书店里喝茶。", days=0.2)
        a_story("青川江堤防加固", FLOOD, 0, days=0.5)
        a_story("卧云山大熊猫产崽", PANDA, 1, days=0.3, tags=["青川"])
        article = a_story("青川江水位回落", FLOOD, 2, tags=["青川"])
        worker()
        assert after(article) == ["青川江堤防加固", "卧云山大熊猫产崽"]
        rows = RelatedArticle.objects.filter(article=article).order_by("place")
        assert [row.same_event for row in rows] == [True, False]
        assert rows[0].score > rows[1].score == 0

    def test_what_is_near_in_time_before_older_background(self, worker):
        a_story("青川江旧事", FLOOD, 3, days=400)
        a_story("青川江新事", FLOOD, 4, days=10)
        article = a_story("青川江水位回落", FLOOD, 2)
        worker()
        assert after(article) == ["青川江新事", "青川江旧事"]
        assert not RelatedArticle.objects.filter(article=article, same_event=True)

    def test_one_event_leaves_room_for_others(self, worker):
        titles = ["堤防加固", "渡口停航", "学生复课", "车队抵达", "冲锋舟来援"]
        for days_ago, month in [(0.2, ""), (12, "上旬"), (40, "去年")]:
            for n, title in enumerate(titles):
                text = FLOOD + (
                    f"那是{month}第{n}次险情，水文站逐时通报，{DETAILS[n + 5]}。" if month else ""
                )
                a_story(f"青川江{month}{title}", text, n, days=days_ago + 0.1 * n)
        article = a_story("青川江水位回落", FLOOD, 9)
        worker()
        rows = RelatedArticle.objects.filter(article=article).order_by("place").select_related("related")
        months = [row.related.title[3:5] for row in rows]
        assert [row.same_event for row in rows] == [True] * 5 + [False] * 5
        assert sorted([months.count("上旬"), months.count("去年")]) == [2, 3]
        assert months[5] == months[6] == "上旬"

    def test_neither_itself_nor_its_reprints_nor_any_story_twice(self, worker):
        a_story("青川江水位回落", FLOOD, 2, days=0.1)
        a_story("青川江水位回落！", FLOOD, 5, days=0.2)
        a_story("换了标题的转载", FLOOD, 2, days=0.3)
        a_story("青川江堤防加固", FLOOD, 0, days=0.4)
        a_story("另一家也转了", FLOOD, 0, days=0.5)
        article = a_story("青川江水位回落", FLOOD, 2)
        worker()
        found = RelatedArticle.objects.filter(article=article).values_list("related_id", "related__title")
        assert [title for _, title in found] == ["青川江堤防加固"] or [t for _, t in found] == [
            "另一家也转了"
        ]
        assert article.pk not in [key for key, _ in found]

    def test_at_most_three_of_one_source_but_the_sites_own_have_none(self, worker):
        source = a_source("通讯社")
        for n in range(4):
            a_story(f"青川江快讯{'甲乙丙丁'[n]}", FLOOD, n, days=0.1 * (n + 1), source=source)
        for n, place in enumerate(["渡口", "学校", "县城"], 4):
            a_story(f"记者在青川{place}", FLOOD, n, days=0.1 * n, source=None)
        article = a_story("青川江水位回落", FLOOD, 9)
        worker()
        sources = [row.related.source_id for row in RelatedArticle.objects.filter(article=article)]
        assert sources.count(source.pk) == MOST_OF_SOURCE
        assert sources.count(None) == 3

    def test_drafts_and_what_was_withdrawn_are_never_there(self, worker):
        gone = a_story("青川江堤防加固", FLOOD, 0)
        stays = a_story("青川江渡口停航", FLOOD, 5)
        withdraw(gone, "来源失实")
        article = a_story("青川江水位回落", FLOOD, 2)
        worker()
        assert after(article) == [stays.title]
        assert gone.title not in lists()


@pytest.mark.django_db
class TestKeepingUp:
    def test_something_closer_changes_the_lists_that_it_is_close_to_and_no_other(self, worker):
        flood = a_story("青川江堤防加固", FLOOD, 0, days=0.2)
        panda = a_story("卧云山大熊猫产崽", PANDA, 1, days=0.2)
        worker()
        before = after(panda)
        fresh = a_story("青川江渡口停航", FLOOD, 5)
        worker()
        assert after(flood)[0] == fresh.title
        assert after(panda) == before
        assert told()[-1] == {f"related:{flood.pk}", f"related:{fresh.pk}"}

    def test_an_entry_that_comes_twice_changes_and_tells_nothing(self, worker):
        a_story("青川江堤防加固", FLOOD, 0)
        a_story("青川江渡口停航", FLOOD, 5)
        worker()
        before, entries = list(RelatedArticle.objects.values_list("pk", flat=True)), Entry.objects.count()
        ConsumerOffset.objects.filter(pk="related").update(sequence=0)
        worker()
        assert list(RelatedArticle.objects.values_list("pk", flat=True)) == before
        assert Entry.objects.count() == entries

    def test_a_process_that_dies_halfway_loses_nothing(self, worker, search_index, monkeypatch):
        class Killed(BaseException):
            pass

        def dies(*arguments):
            raise Killed

        first, second = a_story("青川江堤防加固", FLOOD, 0), a_story("青川江渡口停航", FLOOD, 5)
        search_index.catch_up()
        with monkeypatch.context() as patch:
            patch.setattr(RelatedArticle.objects, "bulk_create", dies)
            with pytest.raises(Killed):
                consumers.run_consumer("related")
        assert told() == []
        ConsumerOffset.objects.update(leased_until=timezone.now())
        worker()
        assert after(first) == [second.title]
        assert after(second) == [first.title]

    def test_what_is_withdrawn_leaves_every_list_and_another_takes_its_place(self, worker):
        told_of = [
            a_story(f"青川江{t}", FLOOD, n, days=0.1 * n) for n, t in enumerate(["堤防", "渡口", "学校"])
        ]
        worker()
        gone, *left = told_of
        withdraw(gone, "来源失实")
        worker()
        assert not RelatedArticle.objects.filter(related=gone).exists()
        assert not RelatedArticle.objects.filter(article=gone).exists()
        assert after(left[0]) == [left[1].title]
        assert told()[-1] == {f"related:{article.pk}" for article in told_of}

    def test_a_correction_that_is_about_something_else_leaves_the_lists(self, worker):
        flood = a_story("青川江堤防加固", FLOOD, 0, days=0.2)
        wrong = a_story("青川江渡口停航", FLOOD, 5, days=0.1)
        worker()
        assert RelatedArticle.objects.get(article=flood).same_event
        wrong.title, wrong.body = "云栖茶园开采", [("text", f"<p>{TEA.format(DETAILS[9])}</p>")]
        publish(wrong)
        worker()
        assert not RelatedArticle.objects.filter(article=flood, same_event=True).exists()

    def test_a_generated_archive_is_left_to_the_command(self, worker):
        generate(30)
        worker()
        assert lists() == {}
        assert told() == []


def taken_first() -> int:
    """How many entries come before the first publication, and that one."""
    return Entry.objects.filter(kind="article.published").earliest("sequence").sequence


def taken() -> int:
    """Have the consumer take what comes before the first publication: how many entries it took."""
    before = taken_first() - 1
    assert consumers.run_consumer("related") == before
    return before


@pytest.mark.django_db
class TestWaiting:
    def test_what_the_index_does_not_know_yet_is_taken_up_later(self, worker, search_index):
        a_story("青川江堤防加固", FLOOD, 0)
        article = a_story("青川江渡口停航", FLOOD, 5)
        done = taken()
        assert consumers.run_consumer("related") == 0
        cursor = ConsumerOffset.objects.get(pk="related")
        assert (cursor.sequence, cursor.failures, cursor.error) == (done, 0, "")
        assert cursor.retry_at is not None
        # However long the index takes, the pause is not over.
        ConsumerOffset.objects.update(retry_at=timezone.now() + timedelta(minutes=5))
        search_index.catch_up()
        assert consumers.run_consumer("related") == 0, "it is not asked again at once"
        ConsumerOffset.objects.update(retry_at=timezone.now())
        worker()
        assert after(article)

    def test_without_an_index_it_waits_and_costs_two_reads(
        self, db, settings, tmp_path, django_assert_num_queries
    ):
        settings.HOME = tmp_path
        a_story("青川江堤防加固", FLOOD, 0)
        done = taken()
        assert consumers.run_consumer("related") == 0
        with django_assert_num_queries(2):
            assert consumers.run_consumer("related") == 0
        assert ConsumerOffset.objects.get(pk="related").sequence == done

    def test_a_damaged_index_is_waited_for(self, worker, search_index):
        a_story("青川江堤防加固", FLOOD, 0)
        search_index.catch_up()
        Store(search_index.store.folder).told_of_damage.touch()
        taken()
        assert consumers.run_consumer("related") == 0
        assert ConsumerOffset.objects.get(pk="related").failures == 0

    def test_it_stops_when_its_time_is_over(self, worker, search_index, monkeypatch):
        for n in range(3):
            a_story(f"青川江{n}", FLOOD, n)
        search_index.catch_up()
        monkeypatch.setattr(related_updates, "SECONDS", 0)
        for _ in range(2):
            assert consumers.run_consumer("related") > 0
        assert ConsumerOffset.objects.get(pk="related").sequence < last_sequence()


@pytest.mark.django_db
class TestTheArchive:
    def test_the_command_works_out_what_is_missing_newest_first(self, search_index):
        old = a_story("青川江旧事", FLOOD, 3, days=300)
        middle = a_story("青川江堤防加固", FLOOD, 0, days=1)
        new = a_story("青川江渡口停航", FLOOD, 5)
        search_index.catch_up()
        call_command("relate", most=2)
        assert set(lists()) == {new.title, middle.title}
        call_command("relate")
        assert set(lists()) == {new.title, middle.title, old.title}
        entries = Entry.objects.count()
        call_command("relate")
        assert Entry.objects.count() == entries

    def test_it_says_what_is_missing(self, db, settings, tmp_path):
        settings.HOME = tmp_path
        an_article()
        with pytest.raises(CommandError, match="meiri reindex"):
            call_command("relate")
        with pytest.raises(CommandError, match="number from 1"):
            call_command("relate", most=0)


@pytest.mark.django_db
class TestThePage:
    def related(self, client, article) -> str:
        page = client.get(article.get_absolute_url()).content.decode()
        return page.partition('<section class="related"')[2].partition("</section>")[0]

    def test_groups_the_same_event(self, client, worker):
        a_story("青川江堤防加固", FLOOD, 0, days=0.5)
        a_story("卧云山大熊猫产崽", PANDA, 1, days=0.3, tags=["周末"])
        article = a_story("青川江水位回落", FLOOD, 2, tags=["周末"])
        worker()
        block = self.related(client, article)
        parts = ["更多推荐", "同一事件", "青川江堤防加固", "延伸阅读", "卧云山大熊猫产崽"]
        assert sorted(parts, key=block.find) == parts
        assert all(part in block for part in parts)

    def test_has_no_groups_where_nothing_is_of_the_same_event(self, client, worker):
        a_story("卧云山大熊猫产崽", PANDA, 1, days=0.3, tags=["周末"])
        article = a_story("青川江水位回落", FLOOD, 2, tags=["周末"])
        worker()
        block = self.related(client, article)
        assert "卧云山大熊猫产崽" in block
        assert "同一事件" not in block
        assert "延伸阅读" not in block

    def test_what_is_not_worked_out_yet_comes_from_tags_by_the_same_rules(self, client):
        source = a_source("通讯社")
        for n in range(4):
            a_story(f"通稿{'甲乙丙丁'[n]}", TEA, n, days=1 + n, source=source, tags=["水利"])
        a_story("青川江水位回落", TEA, 7, days=3, tags=["水利"])
        a_story("别家", TEA, 7, days=9, tags=["水利"])
        a_story("同栏目的另一件事", TEA, 8, days=2)
        article = a_story("青川江水位回落", FLOOD, 2, tags=["水利"])
        block = self.related(client, article)
        assert [t for t in ("通稿甲", "通稿乙", "通稿丙", "通稿丁", "别家") if t in block] == [
            "通稿甲",
            "通稿乙",
            "通稿丙",
            "别家",
        ]
        assert "同栏目的另一件事" not in block
        assert "青川江水位回落" not in block

    def test_takes_a_query_less_where_it_is_worked_out(self, client, worker, django_assert_num_queries):
        a_story("青川江堤防加固", FLOOD, 0, tags=["水利"])
        article = a_story("青川江渡口停航", FLOOD, 5, tags=["水利"])
        for _ in range(2):  # until what pages share is at hand
            assert "青川江堤防加固" in self.related(client, article)
        with django_assert_num_queries(9):
            self.related(client, article)
        worker()
        assert "同一事件" in self.related(client, article)
        with django_assert_num_queries(8):
            self.related(client, article)

    def test_a_withdrawn_one_is_not_shown_before_the_list_is_worked_out_again(self, client, worker):
        gone = a_story("青川江堤防加固", FLOOD, 0)
        article = a_story("青川江渡口停航", FLOOD, 5)
        worker()
        withdraw(gone, "来源失实")
        assert gone.title not in self.related(client, article)


@pytest.mark.django_db
class TestStoredPages:
    @pytest.fixture
    def site(self, stored_pages, search_index, worker):
        """Everything a change sets off, to its end."""

        def settle():
            worker()
            stored_pages.catch_up()

        return stored_pages.store, settle

    def test_a_page_is_made_again_when_something_closer_appears(self, site, client):
        store, settle = site
        flood = a_story("青川江堤防加固", FLOOD, 0, days=0.2)
        panda = a_story("卧云山大熊猫产崽", PANDA, 1, days=5, channel=a_channel("要闻", "yaowen"))
        settle()
        addresses = [flood.get_absolute_url(), panda.get_absolute_url()]
        for address in addresses:
            client.get(address)
        untouched = store.files.read(addresses[1]).content
        fresh = a_story("青川江渡口停航", FLOOD, 5)
        settle()
        assert "青川江渡口停航" in store.files.read(addresses[0]).content.decode().partition("同一事件")[2]
        assert store.files.read(addresses[1]).content == untouched
        withdraw(fresh, "来源失实")
        settle()
        assert "青川江渡口停航" not in client.get(addresses[0]).content.decode()
        publish(fresh)
        settle()
        assert "青川江渡口停航" in store.files.read(addresses[0]).content.decode()

    def test_no_page_is_stale_after_it(self, site, client):
        from meiri.delivery.verifying import stale_pages

        store, settle = site
        made = [a_story(f"青川江{DETAILS[n]}", FLOOD, n, days=0.3 * n) for n in range(8)]
        settle()
        for article in made:
            client.get(article.get_absolute_url())
        withdraw(made[2], "来源失实")
        a_story("青川江水位回落", FLOOD, 9)
        settle()
        assert list(stale_pages(store)) == []

    def test_a_publication_changes_few_lists_however_many_are_close(self, site):
        _, settle = site
        for n in range(40):
            a_story(f"青川江见闻{n}：{DETAILS[n % 9]}", FLOOD + DETAILS[(n * 7) % 10], n % 10, days=0.1 * n)
        settle()
        before = len(told())
        a_story("青川江水位回落", FLOOD, 9)
        settle()
        entries = told()[before:]
        assert len(entries) == 1
        assert len(entries[0]) <= 1 + related_updates.MOST_CLOSE


VECTORS = st.dictionaries(st.sampled_from("甲乙丙丁戊己"), st.floats(0.01, 10), max_size=6)


def unit(vector):
    length = sum(weight * weight for weight in vector.values()) ** 0.5
    return {word: weight / length for word, weight in vector.items()}


class TestMeasures:
    @given(VECTORS, VECTORS)
    def test_how_close_two_are_does_not_depend_on_which_is_first(self, one, other):
        one, other = unit(one), unit(other)
        assert 0 <= cosine(one, other) <= 1
        assert cosine(one, other) == pytest.approx(cosine(other, one))
        assert cosine(one, one) == pytest.approx(1 if one else 0)

    @given(st.floats(0, 10_000), st.floats(0, 10_000))
    def test_what_is_nearer_in_time_never_counts_less(self, near, far):
        near, far = sorted((near, far))
        assert BACKGROUND <= freshness(far) <= freshness(near) <= 1

    @given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
    def test_jaccard(self, one, other):
        assert 0 <= jaccard(one, other) == jaccard(other, one) <= 1
        assert jaccard(one, one) == (1 if one else 0)

    @pytest.mark.parametrize(
        ("word", "tells"),
        [
            ("湿地", True),
            ("的", False),
            ("我们", False),
            ("2026", False),
            ("5g", True),
            ("晚舟", True),
            ("8.6", False),
        ],
    )
    def test_which_words_tell_something(self, word, tells):
        assert is_telling(word) == tells


class Line:
    """A card, as far as `shown` looks at it."""

    def __init__(self, title, source):
        self.title, self.source = title, source


class Name:
    def __init__(self, name):
        self.name = name


@given(
    st.lists(
        st.tuples(st.sampled_from("甲乙丙丁戊己庚辛"), st.sampled_from(["", "一社", "二社"])), max_size=20
    )
)
def test_no_block_has_a_headline_twice_or_too_much_of_one_source(pairs):
    cards = [Line(title, Name(source) if source else None) for title, source in pairs]
    block = shown(Line("甲", None), cards)
    titles = [card.title for card in block]
    assert len(titles) == len(set(titles)) <= MOST
    assert "甲" not in titles
    for source in ("一社", "二社"):
        assert [card.source and card.source.name for card in block].count(source) <= MOST_OF_SOURCE

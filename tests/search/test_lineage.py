"""Which article is a version of which: a tree always, in the journal, and before readers only where editors allow it."""

import pytest

from meiri.journal.models import Entry
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.search import lineage
from meiri.search.lineage import (
    NotPossible,
    dismiss_proposal,
    propose,
    record_version,
    remove_version,
    show_versions,
    tree_of,
)
from meiri.search.models import ProposedVersion, Story, Tie, Version
from meiri.search.shown_versions import versions_of
from tests.newsroom_factory import a_draft, a_source, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    """An original, its reprint, and an update of the reprint: all published, shown to readers."""
    first = an_article("原稿", source=a_source("国家通讯社"))
    second = an_article("转载稿", source=a_source("江海晚报"))
    third = an_article("更新稿")
    record_version(second, first, Tie.REPRINT)
    record_version(third, second, Tie.UPDATE)
    show_versions(first, True)
    return first, second, third


def lines(article) -> list[tuple[str, str, int]]:
    return [(b.article.title, b.tie_name, b.depth) for b in tree_of(article.pk)]


def shown(article) -> list[tuple[str, str, int]]:
    return [(v.article.title, v.tie, v.depth) for v in versions_of(article.pk)]


def last() -> Entry:
    return Entry.objects.order_by("-sequence").first()


def test_versions_form_a_tree(story):
    tree = [("原稿", "", 0), ("转载稿", "转载", 1), ("更新稿", "更新版", 2)]
    assert all(lines(article) == tree for article in story)
    assert shown(story[0]) == tree


def test_an_article_is_no_version_of_itself_or_of_its_own_versions(story):
    first, _, third = story
    for parent in (first, third):
        with pytest.raises(NotPossible):
            record_version(first, parent, Tie.UPDATE)
    assert lines(first)[0] == ("原稿", "", 0)


def test_recording_again_moves_an_article_with_all_that_comes_from_it(story):
    first, second, third = story
    other = an_article("另一原稿")
    record_version(second, other, Tie.REWRITE)
    assert lines(third) == [("另一原稿", "", 0), ("转载稿", "改写", 1), ("更新稿", "更新版", 2)]
    assert lines(first) == []
    assert Story.objects.count() == 1


def test_an_earlier_original_joins_what_readers_see(story):
    earlier = an_article("更早的原稿")
    record_version(story[0], earlier, Tie.REPRINT)
    assert [title for title, _, _ in shown(story[2])] == ["更早的原稿", "原稿", "转载稿", "更新稿"]


def test_readers_do_not_see_a_story_because_one_of_another_was_moved_there(story):
    hidden = an_article("内部稿")
    record_version(an_article("内部稿二"), hidden, Tie.UPDATE)
    record_version(story[1], hidden, Tie.REPRINT)
    assert shown(hidden) == shown(story[1]) == []


def test_removing_takes_the_branch_out_and_leaves_no_story_of_one(story):
    first, second, third = story
    remove_version(second)
    assert lines(first) == []
    assert lines(third) == [("转载稿", "", 0), ("更新稿", "更新版", 1)]
    assert [title for title, _, _ in shown(second)] == ["转载稿", "更新稿"]
    remove_version(third)
    assert not Story.objects.exists()
    assert not Version.objects.exists()


def test_nothing_is_shown_until_editors_allow_it():
    first, second = an_article(), an_article()
    record_version(second, first, Tie.REPRINT)
    assert versions_of(first.pk) == []
    show_versions(second, True)
    assert len(versions_of(first.pk)) == 2
    show_versions(first, False)
    assert versions_of(first.pk) == []


def test_drafts_and_withdrawn_versions_are_not_shown_and_the_tree_closes_over_them(story):
    first, second, third = story
    withdraw(second, "内容有误")
    assert shown(first) == [("原稿", "", 0), ("更新稿", "更新版", 1)]
    record_version(a_draft("草稿"), third, Tie.UPDATE)
    assert len(shown(first)) == 2
    withdraw(third, "内容有误")
    assert shown(first) == []


def test_each_deed_is_one_entry_that_names_the_pages_showing_it(story):
    _, second, third = story
    pages = {f"beside:{article.pk}" for article in story}
    assert last().kind == "version.shown"
    assert set(last().keys) == pages
    fourth = an_article("再更新")
    count = Entry.objects.count()
    record_version(fourth, third, Tie.UPDATE)
    assert Entry.objects.count() == count + 1
    assert last().kind == "version.recorded"
    assert set(last().keys) == pages | {f"beside:{fourth.pk}"}
    assert last().payload == {
        "article": fourth.pk,
        "title": "再更新",
        "parent": third.pk,
        "tie": "update",
    }
    remove_version(fourth)
    assert last().kind == "version.removed"
    assert set(last().keys) == pages | {f"beside:{fourth.pk}"}
    show_versions(second, False)
    assert last().kind == "version.hidden"
    assert set(last().keys) == pages


def test_what_readers_do_not_see_names_no_page():
    record_version(an_article(), an_article(), Tie.REPRINT)
    assert last().keys == []


def test_deeds_that_change_nothing_leave_no_entry(story):
    count = Entry.objects.count()
    show_versions(story[0], True)
    remove_version(story[0])
    remove_version(an_article := a_draft())
    show_versions(an_article, True)
    assert Entry.objects.count() == count


def test_both_ends_can_be_deleted():
    first, second, third = a_draft("甲"), a_draft("乙"), a_draft("丙")
    record_version(second, first, Tie.REPRINT)
    record_version(third, second, Tie.UPDATE)
    propose(a_draft("丁"), first.pk, Tie.REPRINT, 90)
    first.delete()
    assert lines(third) == [("乙", "", 0), ("丙", "更新版", 1)]
    assert not ProposedVersion.objects.exists()
    third.delete()
    assert lines(second) == [("乙", "", 0)]
    assert set(Article.objects.values_list("title", flat=True)) == {"乙", "丁"}


def test_a_story_has_an_end(story, monkeypatch):
    monkeypatch.setattr(lineage, "MOST_VERSIONS", 3)
    with pytest.raises(NotPossible, match="最多 3 个"):
        record_version(an_article(), story[0], Tie.REPRINT)
    assert len(tree_of(story[0].pk)) == 3


def test_a_proposal_is_no_version_until_an_editor_records_it():
    first, second = an_article(), an_article()
    propose(second, first.pk, Tie.REPRINT, 96)
    assert tree_of(second.pk) == []
    record_version(second, first, Tie.REPRINT)
    assert not ProposedVersion.objects.exists()
    propose(second, first.pk, Tie.REPRINT, 96)
    assert not ProposedVersion.objects.exists()
    dismiss_proposal(second)


def test_a_page_shows_its_versions_and_is_made_again_when_one_changes(client, stored_pages, story):
    first, second, third = story
    address = first.get_absolute_url()
    page = client.get(address).content.decode()
    assert "相关版本" in page
    assert second.get_absolute_url() in page
    withdraw(second, "内容有误")
    stored_pages.catch_up()
    page = client.get(address).content.decode()
    assert second.get_absolute_url() not in page
    assert third.get_absolute_url() in page
    publish(second)
    stored_pages.catch_up()
    assert second.get_absolute_url() in client.get(address).content.decode()
    show_versions(third, False)
    stored_pages.catch_up()
    assert "相关版本" not in client.get(address).content.decode()


def test_an_article_in_no_story_costs_its_page_one_look_up(django_assert_num_queries, story):
    alone = an_article()
    with django_assert_num_queries(1):
        assert versions_of(alone.pk) == []


def test_versions_cost_as_many_queries_as_a_list_of_cards(django_assert_max_num_queries, story):
    # The look-up, the cards, and two that see whether the journal went on.
    with django_assert_max_num_queries(4):
        assert len(versions_of(story[0].pk)) == 3
    with django_assert_max_num_queries(2):
        assert len(versions_of(story[1].pk)) == 3

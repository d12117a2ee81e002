"""What reporters and their desk do with a coverage and its entries."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from meiri.journal.models import Entry
from meiri.live import directing, reporting
from meiri.live.amending import ChangedMeanwhile, correct_entry, withdraw_entry
from meiri.live.directing import move_coverage
from meiri.live.into_articles import break_out, freeze_coverage
from meiri.live.models import Coverage, CoverageState, EntryState, LiveEntry
from meiri.live.permissions import CONTRIBUTORS
from meiri.live.reporting import pin_entry, refuse_entry, release_entry, write_entry
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import REPORTERS
from meiri.policy import may, visible
from tests.live.live_factory import a_coverage, a_person, an_entry
from tests.newsroom_factory import a_channel, a_station

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])
    create_desk("浙江站编辑", [], [a_station()])


def kinds() -> list[str]:
    """The kinds of all entries about coverages, in their order."""
    told = Entry.objects.filter(kind__startswith="coverage.").order_by("sequence")
    return list(told.values_list("kind", flat=True))


def test_a_coverage_begins_pauses_goes_on_and_ends_each_with_one_entry():
    coverage = a_coverage(state=CoverageState.QUEUED)
    move_coverage(coverage, CoverageState.LIVE)
    move_coverage(coverage, CoverageState.LIVE)
    move_coverage(coverage, CoverageState.PAUSED)
    coverage = move_coverage(coverage, CoverageState.ENDED)
    assert kinds() == ["coverage.announced", *["coverage.moved"] * 3]
    assert coverage.started_at < coverage.ended_at
    assert (coverage.change, coverage.own_change) == (3, 3)


@pytest.mark.parametrize("to", [CoverageState.PAUSED, CoverageState.ENDED])
def test_a_coverage_that_has_not_begun_can_only_begin(to):
    coverage = a_coverage(state=CoverageState.QUEUED)
    with pytest.raises(ValidationError, match="未开始"):
        move_coverage(coverage, to)


def test_entries_are_numbered_in_the_order_in_which_readers_see_them(newsroom):
    contributor, editor = a_person("投稿人", CONTRIBUTORS), a_person("编辑甲", "科技编辑")
    coverage = a_coverage()
    coverage.reporters.add(contributor)
    waits = an_entry(coverage, "通讯员的一条。", by=contributor)
    first = an_entry(coverage, "编辑的一条。", by=editor)
    assert (waits.state, waits.number, first.number) == (EntryState.WAITING, None, 1)
    released = release_entry(waits, by=editor)
    assert (released.number, released.signature) == (2, "投稿人")
    assert [e.pk for e in coverage.entries.newest(5)] == [released.pk, first.pk]
    assert release_entry(waits, by=editor).number == 2
    assert kinds().count("coverage.entry_published") == 2


def test_what_is_sent_twice_is_one_entry():
    coverage, key = a_coverage(), uuid.uuid4()
    first = an_entry(coverage, key=key)
    again = an_entry(coverage, key=key)
    assert again.pk == first.pk
    assert kinds().count("coverage.entry_published") == 1


@pytest.mark.parametrize("state", [CoverageState.QUEUED, CoverageState.ENDED])
def test_no_entry_is_written_for_a_coverage_that_does_not_run(state):
    coverage = a_coverage(state=CoverageState.QUEUED if state == CoverageState.QUEUED else CoverageState.LIVE)
    if state == CoverageState.ENDED:
        move_coverage(coverage, state)
    with pytest.raises(ValidationError, match="不能发条目"):
        an_entry(coverage)


def test_an_entry_without_words_and_pictures_is_refused():
    with pytest.raises(ValidationError, match="请写点什么"):
        write_entry(LiveEntry(coverage=a_coverage(), body=[]))


def test_a_correction_is_told_to_readers_and_the_journal_keeps_the_old_wording():
    entry = an_entry(a_coverage(), "到场 21 人。", title="开镰")
    corrected = correct_entry(entry, "开镰", [("text", "<p>到场 12 人。</p>")], 1, "人数应为 12 人。")
    assert corrected.words == "到场 12 人。"
    assert [c.note for c in corrected.corrections.all()] == ["人数应为 12 人。"]
    event = Entry.objects.get(kind="coverage.entry_corrected").event
    assert (event.before, event.before_title, event.note) == ("到场 21 人。", "开镰", "人数应为 12 人。")
    assert corrected.change == 3


def test_a_correction_without_a_word_for_readers_is_refused():
    entry = an_entry(a_coverage())
    with pytest.raises(ValidationError, match="读者会看到"):
        correct_entry(entry, "", [("text", "<p>别的。</p>")], 1, "  ")
    entry.refresh_from_db()
    assert entry.version == 1


def test_of_two_who_correct_the_same_wording_the_second_is_told():
    entry = an_entry(a_coverage(), "甲。")
    correct_entry(entry, "", [("text", "<p>乙。</p>")], 1, "改为乙。")
    with pytest.raises(ChangedMeanwhile) as refused:
        correct_entry(entry, "", [("text", "<p>丙。</p>")], 1, "改为丙。")
    assert refused.value.stored.words == "乙。"


def test_a_withdrawn_entry_keeps_its_number_and_its_reason():
    coverage = a_coverage()
    entry = an_entry(coverage, "不实的一条。")
    withdrawn = withdraw_entry(entry, "消息未经核实。")
    assert (withdrawn.state, withdrawn.number, withdrawn.change) == (EntryState.WITHDRAWN, 1, 3)
    assert not coverage.entries.shown()
    assert [e.pk for e in coverage.entries.changed_last(5)] == [entry.pk]
    assert Entry.objects.get(kind="coverage.entry_withdrawn").event.before == "不实的一条。"
    with pytest.raises(ValidationError):
        correct_entry(entry, "", [("text", "<p>x</p>")], 1, "x")
    with pytest.raises(ValidationError):
        release_entry(entry)
    assert an_entry(coverage).number == 2


def test_only_so_many_entries_are_pinned(monkeypatch):
    monkeypatch.setattr(reporting, "MOST_PINNED", 1)
    coverage = a_coverage()
    first, second = an_entry(coverage), an_entry(coverage)
    pin_entry(first, True)
    with pytest.raises(ValidationError, match="最多置顶"):
        pin_entry(second, True)
    pin_entry(first, False)
    assert pin_entry(second, True).is_pinned


def test_a_coverage_has_no_more_entries_than_one_article_can_hold(monkeypatch):
    monkeypatch.setattr(reporting, "MOST_ENTRIES", 1)
    coverage = a_coverage()
    an_entry(coverage)
    with pytest.raises(ValidationError, match="最多 1 条"):
        an_entry(coverage)


def test_a_refused_entry_says_why_and_comes_back_when_it_is_rewritten(newsroom):
    contributor = a_person("投稿人", CONTRIBUTORS)
    coverage = a_coverage()
    coverage.reporters.add(contributor)
    entry = an_entry(coverage, by=contributor)
    with pytest.raises(ValidationError, match="原因"):
        refuse_entry(entry, "")
    assert refuse_entry(entry, "请补充时间。").state == EntryState.REFUSED
    again = correct_entry(entry, "", [("text", "<p>九点，开始。</p>")], 1, by=contributor)
    assert (again.state, again.reason, again.corrections.count()) == (EntryState.WAITING, "", 0)


def test_who_writes_posts_releases_and_directs(newsroom):
    editor, other = a_person("科技编辑甲", "科技编辑"), a_person("浙江编辑", "浙江站编辑")
    contributor, reporter = a_person("通讯员甲", CONTRIBUTORS), a_person("记者甲", REPORTERS)
    national, of_station = a_coverage("全国"), a_coverage("地方", station=a_station())

    def deeds(user, coverage):
        return [deed for deed in ("see", "write", "post", "release", "change") if may(user, deed, coverage)]

    assert deeds(editor, national) == ["see", "write", "post", "release", "change"]
    assert deeds(editor, of_station) == []
    assert deeds(other, of_station) == ["see", "write", "post", "release", "change"]
    assert deeds(other, national) == []
    # A group without a desk works everywhere.
    assert deeds(reporter, national) == ["see", "write", "post"]
    assert deeds(contributor, national) == ["see", "write"]
    of_station.reporters.add(editor)
    invited = type(editor).objects.get(pk=editor.pk)
    assert deeds(invited, of_station) == ["see", "write", "post"]
    assert set(visible(invited, Coverage.objects.all())) == {national, of_station}
    assert set(visible(other, Coverage.objects.all())) == {of_station}


def test_a_desk_sets_up_coverages_at_its_own_places_alone(newsroom):
    editor = a_person("科技编辑甲", "科技编辑")
    with pytest.raises(PermissionDenied):
        directing.announce_coverage(Coverage(title="地方", channel=a_channel(), station=a_station()), editor)
    coverage = directing.announce_coverage(Coverage(title="科技", channel=a_channel()), editor)
    coverage.station = a_station()
    with pytest.raises(PermissionDenied):
        directing.change_coverage(coverage, editor)


def test_a_reporter_corrects_the_own_entry_and_no_other(newsroom):
    one, other = a_person("记者甲", REPORTERS), a_person("记者乙", REPORTERS)
    entry = an_entry(a_coverage(), by=one)
    with pytest.raises(PermissionDenied):
        correct_entry(entry, "", [("text", "<p>x</p>")], 1, "x", by=other)
    with pytest.raises(PermissionDenied):
        pin_entry(entry, True, by=one)
    assert correct_entry(entry, "", [("text", "<p>改。</p>")], 1, "改。", by=one).version == 2
    assert withdraw_entry(entry, "重复。", by=one).state == EntryState.WITHDRAWN


def test_an_entry_becomes_an_article_and_each_leads_to_the_other():
    coverage = a_coverage()
    entry = an_entry(coverage, "全文的开头。", title="单独成稿的标题")
    article = break_out(entry)
    assert break_out(entry).pk == article.pk
    assert (article.title, article.live, article.channel) == ("单独成稿的标题", False, coverage.channel)
    assert article.body[-1].value["url"] == f"/zhibo/{coverage.pk}/1.html"
    entry.refresh_from_db()
    assert entry.article == article


def test_a_coverage_that_has_ended_becomes_one_article_in_the_order_of_time():
    coverage = a_coverage(summary="导语。")
    first, second = an_entry(coverage, "甲。", title="一"), an_entry(coverage, "乙。", title="二")
    gone = an_entry(coverage, "撤下的。")
    withdraw_entry(gone, "误发。")
    correct_entry(second, "二", [("text", "<p>丙。</p>")], 1, "乙应为丙。")
    with pytest.raises(ValidationError, match="还没有结束"):
        freeze_coverage(coverage)
    move_coverage(coverage, CoverageState.ENDED)
    article = freeze_coverage(coverage)
    assert freeze_coverage(coverage).pk == article.pk
    words = [str(block.value) for block in article.body if block.block_type in ("heading", "text")]
    assert words[0].endswith(" 一")
    assert words[1:4:2] == ["<p>甲。</p>", "<p>丙。</p>"]
    assert words[4] == "<p>（更正：乙应为丙。）</p>"
    assert "撤下" not in "".join(words)
    assert first.pk
    with pytest.raises(ValidationError, match="已经成稿"):
        move_coverage(coverage, CoverageState.LIVE)
    assert publish(article).live

"""What keeps an entry of a live coverage from readers, and what the console shows below it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.live.amending import correct_entry
from meiri.live.models import EntryState, LiveEntry
from meiri.live.reporting import release_entry, write_entry
from meiri.media.models import Picture
from meiri.newsroom import embargo
from meiri.newsroom.embargo import set_embargo
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.planning.models import Assignment, Medium, PlanItem
from meiri.proofing.models import StyleWord
from meiri.proofing.rules.rule import Level
from tests.live.live_factory import a_coverage, a_person, an_entry
from tests.newsroom_factory import a_channel, a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])
    StyleWord.objects.create(word="残废人", level=Level.BANNED, reason="不尊重人", replacement="残疾人")


@pytest.fixture(autouse=True)
def looks_anew():
    embargo._withheld.clear()


@pytest.fixture
def picture(newsroom) -> Picture:
    # No file is needed: nothing here is drawn.
    [picture] = Picture.objects.bulk_create(
        [Picture(title="桥", caption="大桥", file="none.jpg", width=1, height=1, file_hash="a" * 40)]
    )
    return picture


def with_picture(coverage, picture) -> LiveEntry:
    entry = LiveEntry(coverage=coverage)
    entry.body = [("image", {"image": picture, "caption": "大桥合龙", "credit": "林晚舟 摄"})]
    return entry


def test_a_banned_word_is_neither_sent_nor_released_nor_corrected_into_an_entry(newsroom):
    coverage, contributor = a_coverage(), a_person("通讯员甲", "通讯员")
    coverage.reporters.add(contributor)
    with pytest.raises(ValidationError, match=r"残废人.*禁用词"):
        an_entry(coverage, "残废人运动会开幕。")
    waiting = an_entry(coverage, "残废人运动会开幕。", by=contributor)
    assert waiting.state == EntryState.WAITING
    with pytest.raises(ValidationError, match="禁用词"):
        release_entry(waiting)
    shown = an_entry(coverage, "残疾人运动会开幕。")
    with pytest.raises(ValidationError, match="禁用词"):
        correct_entry(shown, "残废人运动会", shown.body, shown.version, "标题有误")
    shown.refresh_from_db()
    assert (shown.title, shown.version, shown.corrections.count()) == ("", 1, 0)


def test_a_picture_is_shown_while_its_licence_holds(newsroom, picture):
    coverage = a_coverage()
    assert write_entry(with_picture(coverage, picture)).number == 1
    Picture.objects.filter(pk=picture.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ValidationError, match="授权已于"):
        write_entry(with_picture(coverage, picture))


def test_a_picture_of_an_embargoed_article_is_not_shown_before_it(newsroom, picture):
    article, editor = a_draft("大桥合龙", picture=picture), a_person("编辑乙", "科技编辑")
    article.save_revision(user=editor)
    set_embargo(article, timezone.now() + timedelta(hours=2), editor)
    coverage, contributor = a_coverage(), a_person("通讯员乙", "通讯员")
    coverage.reporters.add(contributor)
    waiting = write_entry(with_picture(coverage, picture), contributor)
    with pytest.raises(ValidationError, match="禁发"):
        release_entry(waiting)
    embargo.lift_embargo(article, a_person("主编甲", "主编"))
    assert release_entry(waiting).state == EntryState.SHOWN


def test_a_coverage_keeps_to_the_embargo_of_its_plan_item(newsroom):
    coverage, editor = a_coverage(), a_person("编辑丙", "科技编辑")
    item = PlanItem.objects.create(title="发布会", embargo_until=timezone.now() + timedelta(hours=1))
    Assignment.objects.create(item=item, user=editor, medium=Medium.LIVE, coverage=coverage)
    with pytest.raises(ValidationError, match="选题禁发至"):
        an_entry(coverage)
    PlanItem.objects.filter(pk=item.pk).update(embargo_until=timezone.now())
    assert an_entry(coverage).number == 1


def test_what_proofing_doubts_stands_below_the_entry_on_the_console(newsroom):
    coverage, editor = a_coverage(), a_person("编辑丁", "科技编辑")
    an_entry(coverage, "运动员们们入场，再接再励。")
    client = Client()
    client.force_login(editor)
    shown = client.get(reverse("live_console", args=[coverage.pk])).content.decode()
    assert "校对提示" in shown
    assert "再接再厉" in shown

"""Twelve ways to get a text past its reviews, through the admin's real views: each is refused in words, and nothing is published."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, TaskState

from meiri.media.models import Picture
from meiri.newsroom.models import Article, Author, Byline, Post
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS
from meiri.review.models import ChainStep, ReviewSheet
from tests.newsroom.test_admin import form_of
from tests.newsroom_factory import a_channel, a_source
from tests.review.newsroom import a_submitted, change, pass_all, review, set_up, signed_in, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]

EDIT = "wagtailsnippets_newsroom_article:edit"
WORKFLOW = "wagtailsnippets_newsroom_article:workflow_action"


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


def decide_on_screen(article: Article, by, verdict="adopt", **more):
    """Open the review that waits and send its form, as a browser does."""
    client, address = signed_in(by), reverse("review_one", args=[waiting(article).pk])
    page = client.get(address)
    seen = page.context["review"].text.words if page.context and "review" in page.context else ""
    points = [point for point, _ in page.context["points"]] if seen else []
    return client.post(address, {"verdict": verdict, "seen": seen, "checked": points, **more}, follow=True)


def words(answer) -> str:
    return answer.content.decode()


def is_live(article: Article) -> bool:
    return Article.objects.get(pk=article.pk).live


def test_one_an_own_text_is_not_reviewed(newsroom):
    article = a_submitted(newsroom)
    editor = newsroom.editors[0]
    author = Author.objects.create(name="合著者", slug="hezhu", user=editor)
    version = article.latest_revision.as_object()
    version.bylines.add(Byline(author=author))
    version.save_revision(user=newsroom.writer)
    assert "不能审自己的稿件" in words(decide_on_screen(article, editor))
    assert waiting(article).task.name == "一校"


def test_two_the_same_person_does_no_second_step(newsroom):
    article = a_submitted(newsroom)
    assert "一校采用" in words(decide_on_screen(article, newsroom.editors[0]))
    assert "您做过这一稿的一校" in words(decide_on_screen(article, newsroom.editors[0]))


@pytest.mark.parametrize("field", ["title", "number", "caption", "source", "picture"])
def test_three_what_is_changed_after_its_reviews_is_not_published(newsroom, field):
    # No file is needed: nothing here is drawn.
    [picture] = Picture.objects.bulk_create(
        [Picture(title="桥", caption="大桥通车", file="none.jpg", width=1, height=1, file_hash="a" * 40)]
    )
    source = a_source("每日新闻网客户端")
    article = a_submitted(newsroom, picture=picture, source=source, text="全长1200米。")
    for hand in newsroom.hands[:5]:
        review(article, hand)
    seen = waiting(article)
    client = signed_in(newsroom.chiefs[0])
    address = reverse("review_one", args=[seen.pk])
    opened = client.get(address).context
    match field:
        case "title":
            change(article, newsroom.editors[5], title="雪后的末班公交")
        case "number":
            change(article, newsroom.editors[5], body=[("text", "<p>全长1300米。</p>")])
        case "caption":
            Picture.objects.filter(pk=picture.pk).update(caption="大桥垮塌")
        case "source":
            source.name = "别家客户端"
            source.save()
        case "picture":
            Picture.objects.filter(pk=picture.pk).update(file_hash="b" * 40)
    sent = {
        "verdict": "adopt",
        "seen": opened["review"].text.words,
        "checked": [p for p, _ in opened["points"]],
    }
    answer = client.post(address, sent, follow=True)
    assert any(told in words(answer) for told in ("又有改动", "已经处理", "还没有完成")), words(answer)[:500]
    assert not is_live(article)
    with pytest.raises(PublicationStopped, match="还缺"):
        publish(Article.objects.get(pk=article.pk), by=newsroom.chiefs[0])


@pytest.mark.parametrize("deed", ["approve", "reject"])
def test_four_the_address_of_wagtails_deed_decides_nothing(newsroom, deed):
    article = a_submitted(newsroom)
    state = waiting(article)
    for by in (newsroom.editors[0], newsroom.chiefs[0], newsroom.root):
        signed_in(by).post(reverse(WORKFLOW, args=[article.pk, deed, state.pk]), {"comment": "好"})
        form = form_of(article, **{"action-workflow-action": "1", "workflow-action-name": deed})
        signed_in(by).post(reverse(EDIT, args=[article.pk]), form)
    state.refresh_from_db()
    assert state.status == TaskState.STATUS_IN_PROGRESS
    assert not is_live(article)


def test_five_a_review_is_not_cancelled_by_another_desk(newsroom):
    article = a_submitted(newsroom)
    other = newsroom.editors[1]
    form = form_of(article, **{"action-cancel-workflow": "1"})
    signed_in(other).post(reverse(EDIT, args=[article.pk]), form)
    assert waiting(article) is not None


def test_six_the_publish_field_of_the_form_only_saves(newsroom):
    article = a_submitted(newsroom)
    for by in (newsroom.editors[0], newsroom.chiefs[0]):
        answer = signed_in(by).post(
            reverse(EDIT, args=[article.pk]), form_of(article, **{"action-publish": "1"}), follow=True
        )
        assert "还缺一校、初审" in words(answer)
    # The text waits for reviewers, and whoever only administers the site is none of them.
    answer = signed_in(newsroom.root).post(
        reverse(EDIT, args=[article.pk]), form_of(article, **{"action-publish": "1"}), follow=True
    )
    assert "锁" in words(answer)
    assert not is_live(article)


def test_seven_a_schedule_is_looked_at_when_it_is_made_and_when_it_is_due(newsroom):
    article = a_submitted(newsroom)
    soon = timezone.now() + timedelta(hours=1)
    version = article.latest_revision.as_object()
    version.go_live_at = soon
    revision = version.save_revision(user=newsroom.editors[0])
    with pytest.raises(PublicationStopped):
        revision.publish(user=newsroom.editors[0])
    # Somebody wrote the time past the form.
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now())
    with pytest.raises(PublicationStopped):
        Revision.objects.get(pk=revision.pk).publish()
    assert not is_live(article)


def test_eight_a_superuser_reviews_excepts_and_sets_up_nothing(newsroom):
    article = a_submitted(newsroom)
    assert "不由您的岗位负责" in words(decide_on_screen(article, newsroom.root))
    way = reverse("review_article", args=[article.pk])
    answer = signed_in(newsroom.root).post(way, {"deed": "except", "reason": "急"}, follow=True)
    assert "只有主编可以批准" in words(answer)
    step = ChainStep.objects.filter(chain__name="三审三校").first()
    answer = signed_in(newsroom.root).get(reverse("review_chain", args=[step.chain_id]))
    assert answer.status_code == 302
    # Wagtail's own switches leave the chain as it is.
    signed_in(newsroom.root).post(reverse("wagtailadmin_workflows:disable_task", args=[step.pk]))
    signed_in(newsroom.root).post(reverse("wagtailadmin_workflows:disable", args=[step.chain.workflow_id]))
    with pytest.raises(PublicationStopped, match="还缺一校"):
        publish(Article.objects.get(pk=article.pk), by=newsroom.root)


def test_eight_the_post_of_a_superuser_counts_where_and_while_it_holds(newsroom):
    article = a_submitted(newsroom)
    way, deed = reverse("review_article", args=[article.pk]), {"deed": "except", "reason": "急"}
    # A group that was left over from before the post.
    newsroom.root.groups.add(Group.objects.get(name=CHIEFS))
    post = Post.objects.create(user=newsroom.root, group=Group.objects.get(name=CHIEFS))
    post.channels.set([a_channel("要闻", "yaowen")])
    assert "只有主编可以批准" in words(signed_in(newsroom.root).post(way, deed, follow=True))
    post.channels.set([article.channel])
    Post.objects.filter(pk=post.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    assert "只有主编可以批准" in words(signed_in(newsroom.root).post(way, deed, follow=True))
    newsroom.root.groups.clear()
    Post.objects.filter(pk=post.pk).update(valid_until=None)
    assert "例外已批准" in words(signed_in(newsroom.root).post(way, deed, follow=True))


def test_nine_a_text_that_was_not_opened_is_not_decided(newsroom):
    article = a_submitted(newsroom)
    address = reverse("review_one", args=[waiting(article).pk])
    answer = signed_in(newsroom.editors[0]).post(address, {"verdict": "adopt", "seen": ""}, follow=True)
    assert "请看过新的文字再定" in words(answer)
    answer = signed_in(newsroom.editors[0]).post(address, {"verdict": "burn", "seen": ""})
    assert "请选择采用" in words(answer)
    assert waiting(article).task.name == "一校"


def test_ten_whoever_changes_the_text_is_not_washed_clean_by_one_more_change(newsroom):
    article = a_submitted(newsroom)
    change(article, newsroom.editors[0], title="雪后的第二班公交")
    change(article, newsroom.writer, title="雪后的第三班公交")
    assert "不能审自己的稿件" in words(decide_on_screen(article, newsroom.editors[0]))


ORIGINAL = "https://example.org/xuehou"


def bring_in(article: Article, by, text: str) -> str:
    """What 导入稿件 answers `by` who brings another text of an article in, with all fields that a forger may think of."""
    record = {
        "title": article.title, "channel": "关注民生", "original_url": ORIGINAL, "body": f"<p>{text}</p>",
        "status": "published", "live": True,
    }  # fmt: skip
    upload = SimpleUploadedFile("稿件.jsonl", json.dumps(record).encode())
    forged = {"publish": "on", "publishing": "1", "action-publish": "1", "by": "", "go_live_at": "2026-01-01"}
    return words(signed_in(by).post(reverse("ingest_import"), {"uploads": upload, **forged}))


@pytest.mark.parametrize("who", ["editors", "chiefs", "root"])
def test_eleven_whatever_is_sent_with_an_import_it_becomes_a_draft(newsroom, who):
    by = newsroom.root if who == "root" else getattr(newsroom, who)[0]
    fresh = Article(title="雪天的地铁")
    assert "已存为草稿" in bring_in(fresh, by, "地铁照常运行，末班车延长一小时。")
    article = Article.objects.get(title=fresh.title)
    assert not article.live
    assert not Revision.objects.for_instance(article).filter(approved_go_live_at__isnull=False).exists()
    call_command("publish_scheduled")
    assert not is_live(article)
    assert not ReviewSheet.objects.filter(article=article).exists()


def test_twelve_an_import_puts_no_text_in_the_place_of_one_that_is_reviewed(newsroom):
    article = a_submitted(newsroom, original_url=ORIGINAL)
    version = article.latest_revision_id
    # Whoever wrote it can't change it now, by this door neither.
    assert "正在审校" in bring_in(article, newsroom.writer, "换成没有审过的文字。")
    assert Article.objects.get(pk=article.pk).latest_revision_id == version
    for hand in newsroom.hands[:5]:
        review(article, hand)
    assert "已更新" in bring_in(article, newsroom.chiefs[1], "主编从导入里换了文字。")
    decide_on_screen(article, newsroom.chiefs[0])
    assert not is_live(article)
    with pytest.raises(PublicationStopped, match="还缺一校"):
        publish(Article.objects.get(pk=article.pk), by=newsroom.chiefs[0])


def test_twelve_what_is_imported_over_a_published_text_waits_for_its_reviews(newsroom):
    article = a_submitted(newsroom, original_url=ORIGINAL)
    pass_all(article, newsroom)
    assert is_live(article)
    assert "更新存成了草稿" in bring_in(article, newsroom.editors[0], "读者看到的还是审过的文字。")
    article.refresh_from_db()
    assert (article.live, article.has_unpublished_changes) == (True, True)
    assert "读者看到的" not in str(article.body)
    assert ReviewSheet.objects.filter(article=article).count() == 1


def test_what_passed_all_six_hands_on_the_screen_is_live_with_its_sheet(newsroom):
    article = a_submitted(newsroom)
    for hand in newsroom.hands:
        answer = decide_on_screen(article, hand, opinion="同意")
    assert "审校完成，已经发布" in words(answer)
    sheet = ReviewSheet.objects.get(article=article)
    told = json.loads(sheet.document)
    assert [one["step"] for one in told["reviews"]] == ["一校", "初审", "二校", "复审", "三校", "终审"]
    assert all(one["stands"] and one["opened_at"] for one in told["reviews"])


def test_a_small_repair_takes_one_other_hand_and_a_large_one_all(newsroom):
    article = a_submitted(newsroom, text="公交车在雪地里慢慢的开。")
    pass_all(article, newsroom)
    article = change(article, newsroom.editors[0], body=[("text", "<p>公交车在雪地里慢慢地开。</p>")])
    with pytest.raises(PublicationStopped, match="还缺核改（发后小改）"):
        article.latest_revision.publish(user=newsroom.editors[0])
    article.get_workflow().start(article, newsroom.editors[0])
    review(article, newsroom.editors[1])
    article.refresh_from_db()
    assert not article.has_unpublished_changes
    # Where only its places are other ones nobody has to read it again.
    article.latest_revision.publish(user=newsroom.editors[0])
    article = change(article, newsroom.editors[0], title="另一个标题")
    with pytest.raises(PublicationStopped, match=r"还缺一校.*（三审三校）"):
        article.latest_revision.publish(user=newsroom.editors[0])

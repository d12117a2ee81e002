"""One version's text is erased by order: it is nowhere then, and everything else is proven as before."""

import base64
import hashlib
import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import Revision

from meiri.changes.models import PublishedChange
from meiri.journal.models import Entry
from meiri.journal.verification import run_checks
from meiri.members.models import User
from meiri.newsroom.correcting import correct
from meiri.newsroom.erased_words import GONE
from meiri.newsroom.erasing import erase_version
from meiri.newsroom.erasing_again import NotErasedAgain, erase_again
from meiri.newsroom.erasure_list import UnreadableList, keep_erasures, list_file, read_list
from meiri.newsroom.models import Article
from meiri.newsroom.published_versions import revisions_of_versions, version_of
from meiri.newsroom.publishing import publish, withdraw
from meiri.newsroom.recycle_bin import put_into_bin
from meiri.personal.models import Notice
from meiri.personal.notices import tell
from meiri.reports.models import Report
from meiri.review.margin_notes import MarginAnswer, MarginNote
from meiri.review.review_sheets import ReviewSheet
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.sources.kept_files import keep_file, path_of
from meiri.sources.models import Original
from meiri.sources.originals import KeptOriginal, Manner, record_originals
from meiri.trust.log_files import log_files
from meiri.trust.models import Leaf
from meiri.trust.outside import verify_log
from meiri.trust.proofs import Proof
from tests.media.test_removing import a_picture
from tests.newsroom_factory import a_draft, an_article
from tests.review.newsroom import set_up
from tests.trust.conftest import enter_and_sign
from tests.trust.traces import tables_with

pytestmark = pytest.mark.django_db

SECRET = "住在梧桐街七号的证人顾某"
TITLE = f"旧案重提，{SECRET}出庭"
ORDER = "某市中级人民法院（2026）某 01 民终 7 号"


def two_versions(**fields) -> Article:
    article = an_article(
        TITLE, text=f"法院昨天开庭。{SECRET}说明了经过。", summary=f"{SECRET}出庭。", **fields
    )
    article.title, article.summary = "旧案重提，一名证人出庭", "证人出庭。"
    article.body, article.change_reason = [("text", "<p>法院昨天开庭。</p>")], "保护证人"
    return publish(article)


def faults() -> list[str]:
    return [f"{name}: {fault}" for name, found in run_checks() for fault in found]


def test_a_version_is_erased_wherever_the_newsroom_keeps_its_words(
    client, admin_client, admin_user, settings
):
    set_up()
    picture = a_picture(title="庭审现场")
    picture.caption = f"{SECRET}走进法庭"
    picture.save()
    with publishing_unreviewed("测试"):
        article = two_versions(picture=picture)
    enter_and_sign()
    kept = keep_file(f"<p>{SECRET}说明了经过。</p>".encode())
    original = KeptOriginal(kept, Manner.PAGE, "证人.html", TITLE, [f"{SECRET}说明了经过。"])
    record_originals([(article.pk, "", original)])
    note = MarginNote.objects.create(article=article, quote=SECRET[:9], text=f"“{SECRET}”要隐去")
    MarginAnswer.objects.create(note=note, text=f"已把{SECRET}隐去")
    correct(article, wrong=f"{SECRET}说明了经过", right="一名证人说明了经过")
    Report.objects.create(article=article, quote=SECRET, text="不该写出住址", key_digest="1")
    tell(admin_user, f"您关注的《{TITLE}》已发布", article.get_absolute_url())
    copy = a_draft(TITLE, text=f"{SECRET}说明了经过。", created_by=admin_user)
    copy.save_revision()
    put_into_bin(copy, admin_user)
    own = a_draft("楼下的面馆", text="住在梧桐街七号的人都来吃面。", created_by=admin_user)
    with publishing_unreviewed("测试"):
        other = an_article("另一篇稿件", text=f"记者也访问了{SECRET}。")
    enter_and_sign()
    proof = client.get(f"/api/v1/articles/{article.pk}/versions/2/proof").content
    before = tables_with(SECRET)
    assert {"newsroom_article", "wagtailcore_revision", "journal_entry", "review_reviewsheet"} <= before
    assert {"review_marginnote", "newsroom_correction", "sources_original", "personal_notice"} <= before

    page = admin_client.get(reverse("changes_of_thing", args=["article", article.pk]))
    address = reverse("erase_version", args=[article.pk, 1])
    assert address in page.content.decode()
    assert reverse("erase_version", args=[article.pk, 2]) not in page.content.decode(), "it stands"
    given = {"authority": ORDER.split()[0], "file_number": ORDER.partition(" ")[2], "reason": "保护证人"}
    assert admin_client.post(address, given).status_code == 422, "nobody was sure"
    assert SECRET in Revision.objects.get(pk=PublishedChange.objects.get().old_version_id).object_str
    answer = admin_client.post(address, given | {"sure": "on"}, follow=True)
    assert "（文字已依令删除）" in answer.content.decode()

    assert tables_with(SECRET) == {"newsroom_article", "wagtailcore_revision"}, "of the other article"
    own.refresh_from_db()
    assert "梧桐街七号" in str(own.body), "what somebody wrote themselves stays"
    assert Notice.objects.filter(member=admin_user, text__contains="你的一篇草稿").count() == 1
    Article.objects.filter(pk=other.pk).update(body=[])
    Revision.objects.for_instance(other).delete()
    assert tables_with(SECRET) == set()
    assert not path_of(kept.digest).exists() or Original.objects.get().erased_by
    assert ReviewSheet.objects.filter(erased_by__isnull=False).exists()
    enter_and_sign()
    assert [fault for fault in faults() if str(other.pk) not in fault] == []
    assert verify_log(log_files().read).size == Leaf.objects.count()
    again = client.get(f"/api/v1/articles/{article.pk}/versions/2/proof").content
    assert Proof.read(again.decode()).record == Proof.read(proof.decode()).record


def test_the_history_says_so_and_the_proof_is_gone(client):
    article = two_versions()
    enter_and_sign()
    said = client.get(f"/corrections/{article.pk}/").content.decode()
    assert SECRET in said
    assert f"/verify/#{article.pk}/1" in said
    assert f"/verify/#{article.pk}/2" in said
    changed = client.get(article.get_absolute_url()).content.decode()
    erase_version(article, 1, ORDER, "保护证人")
    enter_and_sign()
    said = client.get(f"/corrections/{article.pk}/").content.decode()
    assert SECRET not in said
    assert "第 1 版的文字已依令删除" in said
    assert "保护证人" in said
    assert f"/verify/#{article.pk}/1" not in said
    assert ORDER not in said, "readers are told the reason"
    assert client.get(article.get_absolute_url()).content.decode() == changed, "what stands is as it was"
    for name in ("text", "proof"):
        answer = client.get(f"/api/v1/articles/{article.pk}/versions/1/{name}")
        assert answer.status_code == 410
        assert "依法删除" in answer.json()["detail"]
    (newest, _) = client.get(f"/api/v1/articles/{article.pk}/changes").json()["results"]
    assert (newest["kind"], newest["reason"], newest["version"]) == ("erased", "保护证人", 1)
    assert Entry.objects.get(kind="article.version_erased").payload["order"] == ORDER
    with pytest.raises(ValidationError, match="已经删除"):
        erase_version(article, 1, ORDER, "保护证人")


def test_each_version_is_proven_by_its_own_text(client):
    article = an_article("第一版的标题", text="第一版。", published_at=None)
    for number in (2, 3):
        article.title, article.change_reason = f"第{number}版的标题", "标题更准确"
        publish(article)
    withdraw(article, "核实")
    article.change_reason = "核实无误"
    publish(article)
    enter_and_sign()
    for number, title in enumerate(["第一版的标题", "第2版的标题", "第3版的标题", "第3版的标题"], 1):
        address = f"/api/v1/articles/{article.pk}/versions/{number}/"
        proof = Proof.read(client.get(f"{address}proof").content.decode())
        text = client.get(f"{address}text")
        if number == 3:
            assert text.status_code == 403, "nobody sees what was withdrawn"
            continue
        assert json.loads(text.content)["title"] == title
        digest = base64.b64encode(hashlib.sha256(text.content).digest()).decode()
        assert json.loads(proof.record)["digest"] == digest
    assert client.get(f"/api/v1/articles/{article.pk}/versions/5/proof").status_code == 404
    assert client.get(f"/api/v1/articles/{article.pk}/versions/0/proof").status_code == 404
    assert client.get(f"/api/v1/articles/{article.pk}/versions/{10**20}/proof").status_code in (404, 422)


def test_what_stands_is_not_erased_but_what_was_withdrawn_is(client):
    article = two_versions()
    for number, said in ((2, "正在网上"), (3, "没有第 3 版"), (0, "没有第 0 版")):
        with pytest.raises(ValidationError, match=said):
            erase_version(article, number, ORDER, "保护证人")
    with pytest.raises(ValidationError, match="依据"):
        erase_version(article, 1, " ", "保护证人")
    withdraw(article, "保护证人")
    erase_version(article, 2, ORDER, "保护证人")
    article.refresh_from_db()
    assert article.title == GONE
    assert tables_with("旧案重提，一名证人出庭") == set()
    assert SECRET in Revision.objects.for_instance(article).order_by("pk").first().object_str, (
        "version 1 stands"
    )
    assert faults() == []


def test_only_who_may_erases(client, admin_user):
    article = two_versions()
    editor = User.objects.create_user("editor", password="a long password 7")
    with pytest.raises(PermissionDenied):
        erase_version(article, 1, ORDER, "保护证人", editor)
    erase_version(article, 1, ORDER, "保护证人", admin_user)


def test_words_that_stand_elsewhere_in_the_article_are_no_words_of_the_erased_version():
    article = an_article("山里通了班车", text="第一班车七点发车。末班车由王师傅驾驶。")
    article.body, article.change_reason = [("text", "<p>第一班车七点发车。</p>")], "删去姓名"
    publish(article)
    kept = MarginNote.objects.create(article=article, quote="第一班车七点发车", text="时间核对过")
    gone = MarginNote.objects.create(article=article, quote="王师傅", text="王师傅驾驶的末班车要核对")
    erase_version(article, 1, ORDER, "保护当事人")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.quote, kept.text) == ("第一班车七点发车", "时间核对过")
    assert gone.text == GONE
    assert Entry.objects.filter(payload__title="山里通了班车").exists(), "the title is also that of version 2"


def test_an_altered_entry_can_not_pretend_to_be_erased():
    from tests.trust.conftest import execute

    article = two_versions()
    erase_version(article, 1, ORDER, "保护证人")
    assert faults() == []
    order = Entry.objects.get(kind="article.version_erased")
    other = Entry.objects.exclude(sequence__in=order.payload["entries"]).exclude(pk=order.pk).first()
    payload = json.dumps({**other.payload, "title": "改过的标题", "redacted_by": order.pk})
    execute("UPDATE journal_entry SET payload = %s WHERE sequence = %s", payload, other.pk)
    assert any("lost words that no order tells of" in fault for fault in faults())


def test_the_list_brings_each_erasure_back_after_a_restoration(settings):
    article = two_versions()
    enter_and_sign()
    whole = an_article("整篇要删的稿件", text="整篇要删的文字。")
    erase_version(article, 1, ORDER, "保护证人")
    call_command("erase", str(whole.pk), order=ORDER, reason="保护证人", later=True, stdout=StringIO())
    assert keep_erasures() == 2
    first, second = read_list(list_file())
    assert (first.article, first.version, first.order) == (article.pk, 1, ORDER)
    assert (second.article, second.version) == (whole.pk, None)
    assert SECRET not in list_file().read_text()
    assert erase_again([first, second], print) == 0, "they are erased already"
    # As in a database from before the orders: there is another article under the number.
    assert erase_again([replace(first, digest="0" * 64)], print) == 0
    # What can't be found must not be passed over in silence.
    with pytest.raises(NotErasedAgain, match="没有第 9 版"):
        erase_again([replace(first, version=9)], print)
    list_file().write_text("no erasure\n")
    with pytest.raises(UnreadableList, match="Line 1"):
        read_list(list_file())
    with pytest.raises(CommandError, match="Line 1"):
        call_command("erase", again=list_file())


@pytest.mark.parametrize("command", [["erase", "--again"], ["import-site", "FOLDER", "--erasures"]])
def test_a_list_that_an_operator_names_and_that_is_not_there_is_told_of(tmp_path, command):
    missing = tmp_path / "erasures.jsnol"
    arguments = [str(tmp_path) if one == "FOLDER" else one for one in command]
    with pytest.raises(CommandError, match="There is no file"):
        call_command(*arguments, str(missing), stdout=StringIO(), stderr=StringIO())


def test_the_versions_of_an_article_are_known_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    article = two_versions()
    for number in range(3, 7):
        article.title, article.change_reason = f"旧案重提之{number}", "又有进展"
        article = publish(article)
    enter_and_sign()
    article.refresh_from_db()
    with django_assert_max_num_queries(2):
        found = revisions_of_versions(article)
    assert found == {number: version_of(article, number).revision for number in range(1, 7)}
    assert len({*found.values()} - {None}) == 6

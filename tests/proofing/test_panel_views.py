"""What the panel asks, by whom, and what it remembers."""

import json

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from meiri.members.models import User
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from meiri.proofing.models import Dismissal, RegisteredName, StyleWord
from meiri.proofing.publication import ProofingCheck
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db
CHECK, DISMISS = "/admin/proofing/check/", "/admin/proofing/dismiss/"


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    for name, group in (("zhubian", CHIEFS), ("bianji", EDITORS), ("jizhe", REPORTERS)):
        User.objects.create_user(name, f"{name}@example.org", "x").groups.add(Group.objects.get(name=group))
    StyleWord.objects.create(word="残废人", level="banned", reason="不尊重人。", replacement="残疾人")


@pytest.fixture
def people(initial_data) -> dict[str, Client]:
    found = {}
    for user in User.objects.filter(username__in=["zhubian", "bianji", "jizhe"]):
        found[user.username] = Client()
        found[user.username].force_login(user)
    return found


def send(client, address, **message):
    return client.post(address, json.dumps(message), content_type="application/json")


def hints(answer) -> list[tuple[str, str]]:
    return [(hint["rule"], hint["words"]) for hint in answer.json()["hints"]]


WRITTEN = [["title", 0, "关爱残废人"], ["body:b1", 0, "全队再接再励。"], ["body:b1", 1, "😀二零二六年"]]


def test_what_is_written_is_doubted_with_its_place_and_counted(people):
    answer = send(people["jizhe"], CHECK, article=None, passages=WRITTEN).json()
    assert [(h["passage"], h["start"], h["end"], h["level"]) for h in answer["hints"]] == [
        (0, 2, 5, "banned"), (1, 2, 6, "error"), (2, 1, 5, "error"),
    ]  # fmt: skip
    assert (answer["characters"], answer["without_marks"], answer["minutes"]) == (13, 11, 1)
    assert not answer["may_override"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"article": true, "passages": []}', 400),
        (b'{"article": null, "passages": "x"}', 400),
        (b'{"article": null, "passages": [["title", 0]]}', 400),
        (b'{"article": null, "passages": [["title", "0", "x"]]}', 400),
        (b'{"article": 99999, "passages": []}', 403),
        (b'{"article": 99999999999999999999, "passages": []}', 400),
        (json.dumps({"article": None, "passages": [["title", 0, "稻" * 60_001]]}).encode(), 413),
        (json.dumps({"article": None, "passages": [["a", 0, ""]] * 3_001}).encode(), 413),
        (b"x" * ((1 << 20) + 1), 413),
        (b"[" * 100_000, 400),
    ],
)
def test_what_is_not_of_the_form_is_refused_in_words(people, body, status):
    answer = people["bianji"].post(CHECK, body, content_type="application/json")
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_it_costs_the_same_queries_whatever_the_text_and_the_lists(people):
    article = an_article(text="他说：“我们一定把今年的粮食收好。”")
    counts = []
    for number in (1, 300):
        send(
            people["bianji"], CHECK, article=article.pk, passages=WRITTEN
        )  # what is kept at hand is read once
        with CaptureQueriesContext(connection) as asked:
            send(people["bianji"], CHECK, article=article.pk, passages=WRITTEN * number)
        counts.append(len(asked))
        for n in range(20):
            StyleWord.objects.create(word=f"词语{number}之{n}", reason="x")
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def test_a_quotation_is_compared_with_what_readers_see(people):
    article = an_article(text="他说：“我们一定把今年的粮食收好。”")
    told = send(
        people["bianji"], CHECK, article=article.pk, passages=[["body:x", 0, "“我们一定把今年的粮食种好。”"]]
    )
    assert hints(told) == [("quotation", "我们一定把今年的粮食种好。")]


def test_others_drafts_stay_closed(people):
    article = a_draft(created_by=User.objects.get(username="bianji"))
    for address in (CHECK, DISMISS):
        answer = send(
            people["jizhe"], address, article=article.pk, passages=[], rule="miswriting", words="再接再励"
        )
        assert answer.status_code == 403
    assert not Dismissal.objects.exists()


def test_what_is_let_pass_stays_so_in_this_article_and_is_logged(people):
    article, other = a_draft(), a_draft()
    passed = send(
        people["bianji"], DISMISS, article=article.pk, rule="miswriting", words="再接再励", reason=""
    )
    assert passed.status_code == 200
    assert (
        send(people["bianji"], DISMISS, article=article.pk, rule="miswriting", words="再接再励").status_code
        == 200
    )
    told = send(people["bianji"], CHECK, article=article.pk, passages=WRITTEN)
    assert ("miswriting", "再接再励") not in hints(told)
    assert told.json()["dismissed"] == 1
    assert ("miswriting", "再接再励") in hints(
        send(people["bianji"], CHECK, article=other.pk, passages=WRITTEN)
    )
    log = ModelLogEntry.objects.filter(action="proofing.dismissed").first()
    assert log.formatter.format_message(log) == "忽略校对提示“再接再励”"
    send(people["bianji"], DISMISS, article=article.pk, rule="miswriting", words="再接再励", back=True)
    assert ("miswriting", "再接再励") in hints(
        send(people["bianji"], CHECK, article=article.pk, passages=WRITTEN)
    )


def test_a_banned_word_stops_until_somebody_who_may_publish_says_why(people):
    article = a_draft("关爱残废人")
    with pytest.raises(PublicationStopped, match="“残废人”是禁用词：不尊重人"):
        publish(article)
    article = Article.objects.get(pk=article.pk)
    message = {"article": article.pk, "rule": "listed-word", "words": "残废人"}
    assert send(people["bianji"], DISMISS, **message).json()["error"] == "这是禁用词，请写明为什么可以用。"
    own = a_draft("关爱残废人", created_by=User.objects.get(username="jizhe"))
    refused = send(people["jizhe"], DISMISS, **message | {"article": own.pk, "reason": "引文"})
    assert (refused.status_code, refused.json()["error"]) == (403, "这是禁用词，请有发布权限的编辑决定。")
    assert send(people["bianji"], DISMISS, **message, reason="旧机构名，照录").status_code == 200
    assert publish(article).live
    page = people["zhubian"].get("/admin/proofing/dismissals/?banned").content.decode()
    assert "旧机构名，照录" in page
    assert people["bianji"].get("/admin/proofing/dismissals/").status_code == 302


def test_a_weekday_that_disagrees_is_asked_about_and_does_not_stop():
    article = a_draft("秋收", text="2024年2月29日，星期五，开镰。2024年2月30日收工。")
    found = list(ProofingCheck().findings(article, None, None))
    assert [(one.code, one.stops) for one in found] == [("proofing.weekday", False), ("proofing.date", False)]
    assert found[0].place == f"body:{article.body.raw_data[0].get('id') or ''}"
    assert publish(article).live


def test_lists_are_kept_by_chiefs_and_taken_as_files(people):
    address = "/admin/proofing/words/csv/"
    file = SimpleUploadedFile("w.csv", "词语,级别,原因\r\n盲流,禁用,歧视\r\n".encode())
    assert people["zhubian"].post(address, {"file": file}).status_code == 302
    exported = b"".join(people["zhubian"].get(f"{address}?export").streaming_content).decode()
    assert "盲流,禁用,歧视" in exported
    assert people["bianji"].get(address).status_code == 302
    faulty = people["zhubian"].post(address, {"file": SimpleUploadedFile("w.csv", b"a,b\r\n")})
    assert "第一行须有" in faulty.content.decode()
    for name in ("styleword", "registeredname"):
        assert people["zhubian"].get(f"/admin/snippets/proofing/{name}/").status_code == 200


def test_a_changed_list_counts_at_once(people):
    passages = [["title", 0, "盲流现象，市长林晚州"]]
    assert hints(send(people["bianji"], CHECK, article=None, passages=passages)) == []
    word = StyleWord.objects.create(word="盲流", level="careful", reason="歧视")
    RegisteredName.objects.create(name="林晚舟", title="市长")
    told = send(people["bianji"], CHECK, article=None, passages=passages)
    assert hints(told) == [("listed-word", "盲流"), ("registered-name", "林晚州")]
    word.active = False
    word.save()
    assert len(hints(send(people["bianji"], CHECK, article=None, passages=passages))) == 1


def test_what_is_held_of_an_editor_is_told_and_loses_the_name():
    editor, article = User.objects.get(username="bianji"), a_draft("秋收")
    Dismissal.objects.create(article=article, rule="miswriting", words="再接再励", by=editor)
    assert export_personal_data(editor)["忽略的校对提示"][0]["文字"] == "再接再励"
    erase_personal_data(editor)
    assert Dismissal.objects.get().by is None

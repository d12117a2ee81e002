"""The small newsroom that the robot works in: people of every role, and for every desk one thing of each kind.

Each text of a thing carries a mark, a word that nobody can guess: where it comes back, that text was shown.
"""

import io
import secrets
from dataclasses import asdict, dataclass, field

PASSWORD = "每天一份好报纸2026"
# The desks' names are those of their groups.
CHANNEL_DESK, STATION_DESK, NATION = "科技编辑组", "浙江编辑组", "全国"
DESKS = (CHANNEL_DESK, STATION_DESK, NATION)
# Who signs in: name, groups.
PEOPLE = {
    "jizhe": ("记者",),
    "keji": (CHANNEL_DESK,),
    "zhejiang": (STATION_DESK,),
    "bianji": ("编辑",),
    "zhubian": ("主编",),
    "pinglun": ("评论审核员",),
    "laixin": ("来信编辑",),
    "zongguan": (),
}
SUPERUSER = "zongguan"


@dataclass
class Thing:
    """Something of a newsroom that has texts: `owner` is a desk or a person, `hidden` maps the marks of texts that readers
    never get to what they stand in, `shown` those that they do."""

    kind: str
    pk: int
    owner: str
    state: str
    hidden: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    revisions: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    address: str = ""


def mark() -> str:
    """Twelve characters, the first of them a letter: no number, no date, no colour."""
    return "q" + secrets.token_hex(6)[:11]


def found() -> list[dict]:
    """Make the newsroom in the database of this process. Its things, as JSON takes them."""
    from meiri.fronts.initial_pages import create_pages
    from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
    from tests.newsroom_factory import a_channel, a_station

    create_newsroom()
    places = {
        "yaowen": a_channel("要闻", "yaowen"),
        "keji": a_channel("科技", "keji"),
        "wenlv": a_channel("文旅", "wenlv"),
        "zhejiang": a_station("浙江", "zhejiang"),
        "beijing": a_station("北京", "beijing"),
    }
    create_desk(CHANNEL_DESK, channels=[places["keji"]])
    create_desk(STATION_DESK, stations=[places["zhejiang"]])
    create_pages()
    people = _people()
    things = []
    for desk in DESKS:
        things += _things_of(desk, places, people)
    things += _laid_out_pages(people)
    return [asdict(thing) for thing in things]


def _people() -> dict:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group

    users, password, people = get_user_model(), make_password(PASSWORD), {}
    for name, groups in PEOPLE.items():
        person = users(username=name, nickname=name, password=password)
        person.is_superuser = person.is_staff = name == SUPERUSER
        person.save()
        person.groups.set(Group.objects.filter(name__in=groups))
        people[name] = person
    return people


def _things_of(desk: str, places: dict, people: dict) -> list[Thing]:
    from meiri.newsroom.models import Article
    from tests.newsroom_factory import a_draft, a_source, an_article

    editor = people[{CHANNEL_DESK: "keji", STATION_DESK: "zhejiang", NATION: "bianji"}[desk]]
    # The station that files an article is its home, where articles have one.
    homes = {field.name for field in Article._meta.get_fields()} & {"home_station"}
    home = dict.fromkeys(homes, places["zhejiang"])
    place = {
        CHANNEL_DESK: {"channel": places["keji"]},
        STATION_DESK: {"channel": places["wenlv"], "stations": [places["zhejiang"]]} | home,
        NATION: {"channel": places["yaowen"]},
    }[desk]
    picture = _picture(desk, editor)
    made = [picture]
    for state in ("draft", "review", "live", "live with a draft"):
        title, body = mark(), mark()
        make = a_draft if state in ("draft", "review") else an_article
        article = make(f"密{title}", text=f"正文{body}。", picture_id=picture.pk, source=a_source(), **place)
        Article.objects.filter(pk=article.pk).update(created_by=editor)
        texts = {title: "the title", body: "the body"}
        thing = Thing("article", article.pk, desk, state)
        if state in ("draft", "review"):
            thing.hidden = texts
            article.save_revision(user=editor)
        else:
            thing.shown, thing.address = texts, article.get_absolute_url()
            picture.shown, picture.hidden = picture.hidden | picture.shown, {}
        if state == "review":
            article.get_workflow().start(article, editor)
            thing.tasks = [article.current_workflow_task_state.pk]
        if state == "live with a draft":
            newer, text = mark(), mark()
            article.title, article.body = f"密{newer}", [("text", f"<p>改稿{text}。</p>")]
            article.save_revision(user=editor)
            thing.hidden = {newer: "a draft's title", text: "a draft's body"}
        thing.revisions = list(article.revisions.values_list("pk", flat=True))
        made.append(thing)
        if state == "live":
            made += [_comment(article, desk), _report(article, desk)]
    made += [_draft_picture(desk, editor), _document(desk, editor), _letter(desk, places)]
    return made


def _image() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((640, 480), 90).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _picture(desk: str, editor) -> Thing:
    from django.core.files.base import ContentFile

    from meiri.media.models import Picture

    title = mark()
    picture = Picture(title=f"密{title}", uploaded_by_user=editor)
    picture.file = ContentFile(_image(), name=f"{title}.jpg")
    picture.save()
    return Thing("picture", picture.pk, desk, "in use", hidden={title: "the title or the file's name"})


def _draft_picture(desk: str, editor) -> Thing:
    thing = _picture(desk, editor)
    thing.state = "unused"
    return thing


def _document(desk: str, editor) -> Thing:
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model

    title, body = mark(), mark()
    document = get_document_model()(title=f"密{title}", uploaded_by_user=editor)
    document.file = ContentFile(f"文件{body}".encode(), name=f"{title}.txt")
    document.save()
    return Thing("document", document.pk, desk, "unused", hidden={title: "the title", body: "the content"})


def _comment(article, desk: str) -> Thing:
    from meiri.comments.models import Comment

    text = mark()
    comment = Comment.objects.create(
        article=article, name="读者", text=f"评论{text}", token_digest=mark() * 5
    )
    return Thing("comment", comment.pk, desk, "pending", hidden={text: "the text"})


def _report(article, desk: str) -> Thing:
    from meiri.reports.models import Report

    text = mark()
    report = Report.objects.create(article=article, quote="正文", text=f"纠错{text}", key_digest=mark() * 5)
    return Thing("report", report.pk, desk, "open", hidden={text: "the text"})


def _letter(desk: str, places: dict) -> Thing:
    from meiri.letters.sealing import seal_contact
    from tests.letters.letters_factory import a_letter

    subject, text, name = mark(), mark(), mark()
    station = places["zhejiang"] if desk == STATION_DESK else places["beijing"]
    letter = a_letter(
        subject=f"密{subject}",
        text=f"来信{text}。",
        station=station,
        sealed_contact=seal_contact(name, "13800001234"),
    )
    hidden = {subject: "the subject", text: "the text", name: "the writer's name"}
    return Thing("letter", letter.pk, desk, "received", hidden=hidden)


def _laid_out_pages(people: dict) -> list[Thing]:
    from wagtail.models import Page

    from meiri.fronts.models import HomePage, StandardPage, TopicPage
    from tests.newsroom_factory import a_topic

    home = HomePage.objects.get()
    about = StandardPage.objects.get(slug="about")
    things = [Thing("page", home.pk, NATION, "home", address="/")]
    for state in ("draft", "live", "live with a draft"):
        title, body = mark(), mark()
        page = StandardPage(title=f"密{title}", slug=f"p-{title}", body=f"<p>正文{body}。</p>", live=False)
        Page.objects.get(pk=about.pk).specific.add_child(instance=page)
        revision = page.save_revision(user=people["zhubian"])
        thing = Thing("page", page.pk, NATION, state)
        texts = {title: "the title", body: "the body"}
        if state == "draft":
            thing.hidden = texts
        else:
            revision.publish()
            thing.shown, thing.address = texts, f"/about/p-{title}/"
        if state == "live with a draft":
            newer = mark()
            page = page.specific
            page.title = f"密{newer}"
            page.save_revision(user=people["zhubian"])
            thing.hidden = {newer: "a draft's title"}
        thing.revisions = list(page.revisions.values_list("pk", flat=True))
        things.append(thing)
    title, topic = mark(), a_topic("秋收时节", "qiushou")
    page = TopicPage(title=f"密{title}", slug="qiushou", topic=topic, live=False)
    Page.objects.get(slug="zhuanti").specific.add_child(instance=page)
    page.save_revision().publish()
    things.append(
        Thing("page", page.pk, NATION, "live", shown={title: "the title"}, address="/zhuanti/qiushou/")
    )
    return things

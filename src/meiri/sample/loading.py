"""Load the sample newsroom: sections, people, articles, fronts and readers' voices. Can be run again at no cost."""

import io
from datetime import datetime, time, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from meiri.audience.counting import set_imported
from meiri.fronts.founding import a_child, default_layout, found_site
from meiri.fronts.models import (
    FriendLink,
    MagazineIssuePage,
    MagazineShelfPage,
    SiteSettings,
    StandardPage,
    TopicIndexPage,
    TopicPage,
)
from meiri.journal.log import append
from meiri.media.models import Picture
from meiri.newsroom.authors import author_named
from meiri.newsroom.models import Article, Byline, Source
from meiri.newsroom.publishing import publish
from meiri.sample.content_files import SampleArticle, Scene, articles, as_html, table
from meiri.sample.pictures import draw, draw_cover
from meiri.sections.models import Channel, NavigationItem, NavigationRow, Station, Topic


def load(progress=lambda items, **options: items) -> int:
    """Load what is not there yet; how many articles it added. `progress` wraps the articles, as tqdm does."""
    with transaction.atomic():
        load_sections()
        load_names()
    found_site()
    added = sum(load_article(a) for a in progress(articles(), desc="稿件"))
    with transaction.atomic():
        load_fronts()
        load_settings()
    return added


def load_sections() -> None:
    data = table("sections")
    for order, (slug, (name, description)) in enumerate(data["channels"].items(), 1):
        Channel.objects.get_or_create(
            slug=slug, defaults={"name": name, "description": description, "order": order * 10}
        )
    for order, (slug, (name, region)) in enumerate(data["stations"].items(), 1):
        Station.objects.get_or_create(
            slug=slug, defaults={"name": name, "region": region, "order": order * 10}
        )
    for order, topic in enumerate(table("topics").get("topic", []), 1):
        Topic.objects.get_or_create(
            slug=topic["slug"],
            defaults={"name": topic["title"], "description": topic["summary"][:200], "order": order},
        )
    if NavigationItem.objects.exists():
        return
    channels = {c.slug: c for c in Channel.objects.all()}
    for row, key in ((NavigationRow.FIRST, "first"), (NavigationRow.SECOND, "second")):
        for order, entry in enumerate(data["navigation"][key], 1):
            where = (
                {"channel": channels[entry]}
                if isinstance(entry, str)
                else dict(zip(("label", "address"), entry, strict=True))
            )
            NavigationItem.objects.create(row=row, order=order * 10, **where)
    append("navigation.changed", ["nav"], {"by": "sample"}, "system")


def load_names() -> None:
    for source in table("sources").get("source", []):
        fields = {k: source.get(k, "") for k in ("url", "licence")}
        Source.objects.get_or_create(name=source["name"], defaults=fields)
    for author in table("authors").get("author", []):
        fields = {k: author.get(k, "") for k in ("role", "bio")}
        author_named(author["name"], **fields)


def a_picture(scene: Scene, title: str) -> Picture:
    """The stored picture of a scene, drawn when it is first asked for."""
    name = f"示例 {scene.scene} {scene.seed}"
    found = Picture.objects.filter(title=name).first()
    return found or store(name, draw(scene.scene, scene.seed), scene.caption or title, scene.credit)


def store(name: str, drawn, caption: str, credit: str = "") -> Picture:
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=88)
    picture = Picture(title=name, caption=caption[:200], description=caption[:255], credit=credit[:60])
    picture.file = ContentFile(out.getvalue(), name="sample.jpg")
    picture.width, picture.height = drawn.size
    picture.save()
    return picture


def when(fields: dict) -> datetime:
    """The time of publication: so many days ago at that clock time, never in the future."""
    moment = datetime.combine(
        timezone.localdate() - timedelta(days=fields.get("days", 0)),
        time.fromisoformat(fields.get("time", "08:00:00")),
        timezone.get_default_timezone(),
    )
    return moment if moment <= timezone.now() else moment - timedelta(days=1)


def load_article(sample: SampleArticle) -> bool:
    """Publish one article unless it is there; whether it was added."""
    fields = sample.fields
    if Article.objects.filter(title=fields["title"], channel__slug=fields["channel"]).exists():
        return False
    with transaction.atomic():
        article = Article(
            live=False,
            channel=Channel.objects.get(slug=fields["channel"]),
            source=Source.objects.get_or_create(name=fields.get("source", "每日新闻网"))[0],
            editor=author_named(fields["editor"]) if fields.get("editor") else None,
            picture=a_picture(sample.picture, fields["title"]) if sample.picture else None,
            aigc_label=fields.get("aigc", ""),
            published_at=when(fields),
            body=[body_block(kind, value, fields["title"]) for kind, value in sample.blocks],
            **{
                k: fields.get(k, "")
                for k in ("kicker", "title", "subtitle", "short_title", "summary", "dateline")
            },
            **{k: fields[k] for k in ("origin", "kind") if k in fields},
        )
        article.save()
        article.stations.set(Station.objects.filter(slug__in=fields.get("stations", [])))
        article.topics.set(Topic.objects.filter(slug__in=fields.get("topics", [])))
        article.tags.add(*fields.get("tags", []))
        article.bylines.set(
            [
                Byline(author=author_named(name), sort_order=n)
                for n, name in enumerate(fields.get("authors", []))
            ]
        )
        article.save()
        publish(article)
        set_imported(article.pk, fields.get("views", 0))
    return True


def body_block(kind: str, value, title: str) -> tuple[str, object]:
    if kind == "image":
        return kind, {"image": a_picture(value, title), "caption": value.caption, "credit": value.credit}
    if kind == "quote":
        return kind, {"text": value[0], "speaker": value[1]}
    if kind == "table":
        return kind, {"data": value, "first_row_is_table_header": True, "first_col_is_header": False}
    return kind, value


def load_fronts() -> None:
    home = found_site()
    if not home.body:
        home.body = default_layout()
        home.save_revision().publish()
    index = TopicIndexPage.objects.get()
    for topic in table("topics").get("topic", []):
        banner = a_picture(Scene(topic["scene"], topic["seed"]), topic["title"])
        fields = {k: topic.get(k, "") for k in ("kicker", "summary", "intro")}
        a_child(index, TopicPage, topic["slug"], topic["title"], banner=banner, **fields)
    about = StandardPage.objects.get(slug="about")
    for page in table("pages").get("page", []):
        made = about if page["slug"] == "about" else a_child(about, StandardPage, page["slug"], page["title"])
        if not made.body:
            made.body = as_html(page["body"])
            made.save_revision().publish()
    load_magazine()


def load_magazine() -> None:
    issue = table("magazine")
    issue = issue.get("issue", issue)
    issue = issue[0] if isinstance(issue, list) else issue
    shelf = MagazineShelfPage.objects.get()
    if not issue or MagazineIssuePage.objects.child_of(shelf).exists():
        return
    cover = issue["cover"]
    drawn = draw_cover(issue["title"], issue["number"], cover["scene"], cover["seed"])
    entries = [
        (
            "entry",
            {k: e.get(k, "") for k in ("section", "title", "page", "author", "summary")}
            | {"body": as_html(e["body"])},
        )
        for e in issue.get("entry", issue.get("entries", []))
    ]
    a_child(
        shelf, MagazineIssuePage, issue["slug"], issue["title"],
        number=issue["number"], words=issue.get("words", ""), contents=entries,
        cover=store(f"示例封面 {issue['slug']}", drawn, f"{issue['title']}封面"),
    )  # fmt: skip


def load_settings() -> None:
    for order, link in enumerate(table("friendlinks").get("link", []), 1):
        defaults = {"name": link["name"], "group": link.get("group", ""), "order": order}
        FriendLink.objects.get_or_create(url=link["url"], defaults=defaults)
    site = SiteSettings.load()
    data = table("settings")
    if site.organisation or not data:
        return
    for name in (
        "organisation",
        "address",
        "postcode",
        "email",
        "icp",
        "police",
        "copyright",
        "reporting_line",
        "slogan",
    ):
        setattr(site, name, data.get(name, "") or getattr(site, name))
    phones = data.get("telephones", {})
    site.telephones = [("telephone", {"label": k, "number": v}) for k, v in phones.items()]
    site.licences = [
        ("licence", {k: x.get(k, "") for k in ("name", "number", "url")}) for x in data.get("licence", [])
    ]
    site.save()

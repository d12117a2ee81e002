"""Load the sample newsroom: sections, people, articles, fronts, live coverages and readers' voices. Can be run again at no cost.

Whoever stops it halfway runs it again: each article is there whole or not at all, and what is there is passed over.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meiri.audience.view_counts import set_imported
from meiri.fronts.initial_pages import a_child, create_pages, default_layout
from meiri.fronts.models import (
    FriendLink,
    MagazineIssuePage,
    MagazineShelfPage,
    SiteSettings,
    StandardPage,
    StationFront,
    TopicIndexPage,
    TopicPage,
)
from meiri.journal.log import append, last_sequence
from meiri.newsroom.authors import author_named
from meiri.newsroom.body.block import ListBodyBlock, StructBodyBlock
from meiri.newsroom.body.stream import body_blocks
from meiri.newsroom.dates import fault_of_date
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article, Author, Byline, Source
from meiri.newsroom.publication_checks import Strictness
from meiri.newsroom.publication_rules import set_levels
from meiri.newsroom.publishing import publish
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.review.setting_up import create_first_chains
from meiri.sample.album import SIZE, Album
from meiri.sample.content_files import SampleArticle, Scene, articles, as_html, table
from meiri.sample.events import SampleBegun, SampleLoaded
from meiri.sample.films_of_articles import recorded_blocks
from meiri.sample.live_reports import load_coverages
from meiri.sample.paper import areas_of
from meiri.sample.people import load_people
from meiri.sample.reading_history import load_reading_history
from meiri.sample.voices import duty_editor, load_comments, load_letters
from meiri.sample.votes import load_votes
from meiri.sections.models import Channel, Design, NavigationItem, NavigationRow, Station, Subsection, Topic
from meiri.sources.name_keys import domain_of
from meiri.sources.register import ListingState, SourceListing
from meiri.staff.models import PressCard

# Pieces on one page of paper.
PIECES_OF_SHEET = 4


def unfinished() -> bool:
    """Whether loading was begun and never came to its end."""
    return last_sequence(SampleBegun) > last_sequence(SampleLoaded)


def load(progress=lambda items, **options: items, size: tuple[int, int] = SIZE) -> int:
    """Load what is not there yet; how many articles it added.

    `progress` wraps the articles, as tqdm does. `size`: width and height of the pictures that are drawn.
    """
    album = Album(size)
    with transaction.atomic():
        if not last_sequence(SampleBegun):
            append(SampleBegun(), "system")
        load_sections()
        load_names()
    create_pages()
    with transaction.atomic():
        create_newsroom()
        load_desks()
        create_first_chains()
        load_people()
    with publishing_unreviewed("示例稿件"):
        added = sum(load_article(a, album) for a in progress(articles(), desc="稿件"))
    load_fronts(album)
    with transaction.atomic():
        load_settings()
        load_cards()
        load_register()
    by = duty_editor()
    load_comments(by)
    load_letters(by)
    load_votes()
    load_coverages(when)
    load_reading_history(views_of_articles())
    with transaction.atomic():
        if unfinished():
            append(SampleLoaded(articles=added), "system")
    return added


def load_sections() -> None:
    data = table("sections")
    for order, (slug, (name, description)) in enumerate(data["channels"].items(), 1):
        Channel.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "description": description,
                "order": order * 10,
                "design": data["designs"].get(slug, Design.STANDARD),
            },
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
    load_below(data)
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


def load_below(data: dict) -> None:
    """The sub-columns of channels and stations, and what some stations say of themselves."""
    places = {p.slug: p for model in (Station, Channel) for p in model.objects.all()}
    for slug, rows in data["subsections"].items():
        place = places[slug]
        of = {"channel": place} if isinstance(place, Channel) else {"station": place}
        for order, (word, name, _) in enumerate(rows, start=1):
            Subsection.objects.get_or_create(slug=word, **of, defaults={"name": name, "order": order * 10})
    for slug, (address, telephone, email, submissions, services) in data["station_fronts"].items():
        station = Station.objects.get(slug=slug)
        if StationFront.objects.filter(station=station).exists():
            continue
        station.address, station.telephone, station.email = address, telephone, email
        station.save()
        offered = [("service", {"name": name, "url": "", "telephone": number}) for name, number in services]
        StationFront.objects.create(station=station, submission_email=submissions, services=offered)


def subsections_for(fields: dict) -> list[Subsection]:
    """The sub-columns of an article: those of its places that have one of its tags."""
    found: list[Subsection] = []
    tags = set(fields.get("tags", []))
    for slug, rows in table("sections")["subsections"].items():
        if slug in (fields["channel"], *fields.get("stations", [])):
            words = [word for word, _, wanted in rows if tags & set(wanted)]
            of_place = Q(channel__slug=slug) | Q(station__slug=slug)
            found += Subsection.objects.filter(of_place, slug__in=words)
    return found


def load_names() -> None:
    for source in table("sources").get("source", []):
        fields = {k: source.get(k, "") for k in ("url", "licence")}
        Source.objects.get_or_create(name=source["name"], defaults=fields)
    for author in table("authors").get("author", []):
        fields = {k: author.get(k, "") for k in ("role", "bio")}
        author_named(author["name"], **fields)


def load_register() -> None:
    """A register of the invented sources, and how strictly the newsroom is with itself; only where there is none yet."""
    if SourceListing.objects.exists():
        return
    for source in table("sources").get("source", []):
        if category := source.get("category"):
            SourceListing(
                name=source["name"],
                category=category,
                edition=source.get("edition", ""),
                aliases="\n".join(source.get("aliases", [])),
                domains=domain_of(source.get("url", "")),
                state=source.get("state", ListingState.VALID),
                note=source.get("note", ""),
            ).save()
    set_levels(None, {code: Strictness(level) for code, level in table("sources").get("rules", {}).items()})


def load_desks() -> None:
    channels = {c.slug: c for c in Channel.objects.all()}
    stations = {s.slug: s for s in Station.objects.all()}
    for desk in table("desks").get("desk", []):
        create_desk(
            desk["name"],
            [channels[slug] for slug in desk.get("channels", [])],
            [stations[slug] for slug in desk.get("stations", [])],
        )


def load_cards() -> None:
    stations = {s.slug: s for s in Station.objects.all()}
    for card in table("staff").get("card", []):
        until = date(timezone.localdate().year + card["years"], 12, 31)
        fields = {k: card[k] for k in ("name", "unit", "role", "state") if k in card}
        PressCard.objects.get_or_create(
            number=card["number"],
            defaults={
                **fields,
                "valid_until": until,
                "station": stations.get(card.get("station", "")),
                "author": Author.objects.filter(name=card["name"], press_card=None).first(),
            },
        )


def when(fields: dict) -> datetime:
    """The time of publication: so many days ago at that clock time, never in the future."""
    moment = datetime.combine(
        timezone.localdate() - timedelta(days=fields.get("days", 0)),
        time.fromisoformat(fields.get("time", "08:00:00")),
        timezone.get_default_timezone(),
    )
    return moment - timedelta(days=1) if fault_of_date(moment) else moment


def load_article(sample: SampleArticle, album: Album) -> bool:
    """Publish one article unless it is there; whether it was added."""
    fields = sample.fields
    if Article.objects.filter(title=fields["title"], channel__slug=fields["channel"]).exists():
        return False
    # Drawing takes its time: nobody who writes has to wait for it.
    picture = album.picture(sample.picture, fields["title"]) if sample.picture else None
    body = recorded_blocks(sample, album)
    body += [body_block(kind, stored, fields["title"], album) for kind, stored in sample.blocks]
    with transaction.atomic():
        article = Article(
            live=False,
            channel=Channel.objects.get(slug=fields["channel"]),
            source=Source.objects.get_or_create(name=fields.get("source", "每日新闻网"))[0],
            editor=author_named(fields["editor"]) if fields.get("editor") else None,
            picture=picture,
            aigc_label=fields.get("aigc", ""),
            published_at=when(fields),
            body=body,
            **{
                k: fields.get(k, "")
                for k in ("kicker", "title", "subtitle", "short_title", "summary", "dateline")
            },
            **{k: fields[k] for k in ("origin", "kind") if k in fields},
        )
        article.stations.set(Station.objects.filter(slug__in=fields.get("stations", [])))
        article.subsections.set(subsections_for(fields))
        article.topics.set(Topic.objects.filter(slug__in=fields.get("topics", [])))
        article.tags.add(*fields.get("tags", []))
        article.bylines.set(
            [
                Byline(author=author_named(name), sort_order=n)
                for n, name in enumerate(fields.get("authors", []))
            ]
        )
        publish(article)
        set_imported(article.pk, fields.get("views", 0))
    return True


def views_of_articles() -> dict[int, int]:
    """How often each article was read, by its key, as its text says."""
    views = {sample.fields["title"]: sample.fields.get("views", 0) for sample in articles()}
    keys = Article.objects.live().filter(title__in=views).values_list("pk", "title")
    return {key: views[title] for key, title in keys}


def body_block(kind: str, stored, title: str, album: Album) -> tuple[str, Any]:
    """A block with drawn pictures in the place of the scenes that its text names."""
    block = body_blocks()[kind]
    if not isinstance(block, StructBodyBlock):
        return kind, stored
    if isinstance(block, ListBodyBlock):
        return kind, block.to_python(stored)
    words = stored.get("caption", ""), stored.get("credit", "")
    scenes = {name: Scene.named(stored[name], *words) for name in block.pictures if stored.get(name)}
    return kind, {**stored, **{name: album.picture(scene, title) for name, scene in scenes.items()}}


def load_fronts(album: Album) -> None:
    home = create_pages()
    if not home.body:
        home.body = default_layout()
        home.save_revision().publish()
    index = TopicIndexPage.objects.get()
    for topic in table("topics").get("topic", []):
        banner = album.picture(Scene(topic["scene"], topic["seed"]), topic["title"])
        fields = {k: topic.get(k, "") for k in ("kicker", "summary", "intro")}
        found_child(
            index,
            TopicPage,
            topic["slug"],
            topic["title"],
            banner=banner,
            body=parts_of_topic(topic),
            **fields,
        )
    about = StandardPage.objects.get(slug="about")
    for page in table("pages").get("page", []):
        made = (
            about
            if page["slug"] == "about"
            else found_child(about, StandardPage, page["slug"], page["title"])
        )
        if not made.body:
            made.body = as_html(page["body"])
            made.departments = [("department", department) for department in page.get("department", [])]
            made.save_revision().publish()
    load_magazine(album)


def parts_of_topic(topic: dict) -> list[tuple[str, Any]]:
    """What its table says of a topic's parts: a timeline, and parts that fill themselves with one kind of articles."""
    parts: list[tuple[str, Any]] = [
        ("articles", {"heading": part["heading"], "intro": "", "articles": [], "fills_with": part["kind"],
                      "design": part["design"]})
        for part in topic.get("part", [])
    ]  # fmt: skip
    if events := topic.get("event"):
        days = [{"date": date.fromisoformat(event["date"]), "text": event["text"]} for event in events]
        parts.append(("timeline", {"heading": "大事记", "events": days}))
    return parts


def load_magazine(album: Album) -> None:
    for issue in table("magazine").get("issue", []):
        load_issue(issue, album)


def load_issue(issue: dict, album: Album) -> None:
    entries = [
        (
            "entry",
            {k: e.get(k, "") for k in ("section", "title", "page", "author", "summary")}
            | {"body": as_html(e["body"])},
        )
        for e in issue["entry"]
    ]
    found_child(
        MagazineShelfPage.objects.get(), MagazineIssuePage, issue["slug"], issue["title"],
        number=issue["number"], words=issue.get("words", ""), contents=entries, cover=album.cover(issue),
        sheets=list(sheets_of_issue(issue, album)),
    )  # fmt: skip


def sheets_of_issue(issue: dict, album: Album):
    """The pages of paper of an issue: the cover story with three pieces, then the others."""
    titles = {number: entry["title"] for number, entry in enumerate(issue["entry"], start=1)}
    for number, start in enumerate(range(1, len(titles) + 1, PIECES_OF_SHEET), start=1):
        areas = areas_of([n for n in titles if start <= n < start + PIECES_OF_SHEET])
        name = f"{number:02}版 {issue['entry'][start - 1]['section']}"
        places = [
            {"piece": a.number, "left": a.left, "top": a.top, "width": round(a.width, 2), "height": a.height}
            for a in areas
        ]
        image = album.sheet(issue, number, name, titles, areas)
        yield "sheet", {"name": name, "image": image, "areas": places}


@transaction.atomic
def found_child(parent, model, slug: str, title: str, **fields):
    """As `a_child`, and whole: a page that is there has been published."""
    return a_child(parent, model, slug, title, **fields)


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

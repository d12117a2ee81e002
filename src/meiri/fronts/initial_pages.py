"""The pages a site begins with: home with a full layout, topics, magazine shelf, standard pages."""

from django.db import transaction
from wagtail.models import Page, Site

from meiri.fronts.models import SiteSettings
from meiri.fronts.pages import HomePage, MagazineShelfPage, StandardPage, TopicIndexPage
from meiri.sections.models import Channel

# The shapes of the channel blocks of a new home page, in turn: no two neighbours are the same.
SHAPES = ("lead", "lines", "columns", "cards")


@transaction.atomic
def create_pages(name: str = "每日新闻网") -> HomePage:
    """Make what a site needs to stand, where it is not there. Returns its home page."""
    SiteSettings.load()
    home = HomePage.objects.first()
    if home is None:
        root = Page.get_first_root_node()
        welcome = root.get_children().filter(slug="home").first()
        if welcome is not None:
            welcome.slug = "wagtail-welcome"
            welcome.save()
        home = HomePage(title=name, slug="home", body=default_layout())
        root.add_child(instance=home)
        home.save_revision().publish()
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"root_page": home, "hostname": "localhost", "site_name": name},
        )
        if welcome is not None:
            Page.objects.get(pk=welcome.pk).delete()
            home.refresh_from_db()
    a_child(home, TopicIndexPage, "zhuanti", "专题报道")
    a_child(home, MagazineShelfPage, "zazhi", "每日新闻杂志")
    about = a_child(home, StandardPage, "about", "关于我们")
    a_child(about, StandardPage, "disclaimer", "免责声明")
    a_child(about, StandardPage, "contact", "联系我们", with_contact=True)
    a_child(about, StandardPage, "accessibility", "无障碍说明", with_settings=True)
    home.refresh_from_db()
    return home


def a_child(parent, model, slug: str, title: str, **fields):
    """The live page at `slug` below `parent`, made where it is not there."""
    found = model.objects.child_of(parent).filter(slug=slug).first()
    if found:
        return found
    page = model(title=title, slug=slug, **fields)
    Page.objects.get(pk=parent.pk).specific.add_child(instance=page)
    page.save_revision().publish()
    return page


def default_layout() -> list[tuple[str, dict]]:
    """A home page over the channels there are, as StreamField data."""
    channels = list(Channel.objects.visible())
    by_slug = {c.slug: c for c in channels}
    layout: list[tuple[str, dict]] = []
    news = by_slug.get("yaowen") or (channels[0] if channels else None)
    flashes = by_slug.get("kuaixun")
    if news:
        layout.append(("top", {"lead": None, "channel": news, "flashes": flashes}))
    layout.append(("carousel", {"title": "焦点图片", "pinned": [], "count": 5}))
    layout.append(("hot", {"title": "今日热点"}))
    others = [c for c in channels if c not in (news, flashes)]
    for n, channel in enumerate(others):
        layout.append(("channel", {"channel": channel, "shape": SHAPES[n % len(SHAPES)], "pinned": []}))
        if n == 3:
            layout.append(("stations", {"title": "每日地方", "count": 6}))
        elif n == 7:
            layout.append(("topics", {"title": "专题报道"}))
        elif n == 11:
            layout.append(("pictures", {"title": "图片新闻", "count": 4}))
    layout += [
        ("magazine", {"title": "每日新闻杂志"}),
        ("friend_links", {"title": "友情链接"}),
    ]
    return layout

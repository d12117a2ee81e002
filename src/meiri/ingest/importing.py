"""Found articles into the newsroom: each becomes a draft, or is published, in a transaction of its own."""

import hashlib
import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.actions.publish_revision import PublishPermissionError

from meiri.audience.view_counts import set_imported, views_of
from meiri.ingest.filling import SourcesAndAuthors, fill
from meiri.ingest.headline import letters
from meiri.ingest.items import Item
from meiri.ingest.keeping import with_text
from meiri.ingest.models import Import
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.records import Record, record_of
from meiri.ingest.sanitise import plain
from meiri.ingest.stored_pictures import find_bytes
from meiri.media.adding_pictures import Unusable, discard, store
from meiri.media.models import Picture
from meiri.newsroom.article_locks import is_locked_for
from meiri.newsroom.models import Article, Byline, Origin
from meiri.newsroom.permissions import ADD, home_for, sole_station_of
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish
from meiri.policy import may
from meiri.policy.reach import reach
from meiri.search.article_texts import ArticleText, words_of
from meiri.search.duplicates import VERSION, Match, near_duplicates
from meiri.search.lineage import likely_tie, propose
from meiri.search.minhash import comparable_text as letters_of
from meiri.search.minhash import similarity
from meiri.search.visible import visible_to
from meiri.sections.models import Channel, Station, Subsection, Topic
from meiri.sources.originals import KeptOriginal, record_originals

logger = logging.getLogger(__name__)

MAX_PICTURES = 60
# How many similar articles the warnings of an item name.
MOST_SIMILAR = 3
# Two texts that are less alike have nothing in common but by chance.
UNLIKE = 0.1


def import_items(
    parsed: ParsedArticle,
    *,
    file: str = "",
    extras: Extras | None = None,
    channel: Channel | None = None,
    publishing: bool = False,
    by=None,
    page: Path | None = None,
    root: Path | None = None,
    station: Station | None = None,
    originals: Sequence[KeptOriginal] = (),
    stored: dict[str, Picture] | None = None,
    updating: Article | None = None,
) -> Record:
    """Import one article and tell what became of it. Nothing of a refused item stays.

    `channel` is where an item goes whose breadcrumb names no channel; `station` the one that files it, where that is not left
    to the desk of `by`. `by` is the user, None for the system. `updating` is the article that the item is a new version of, where that is
    known otherwise. Pictures are read beside `page`, and only within `root`. `originals` become the evidence of a reprint; `stored` are
    the pictures that are stored already, by their address in the body. Raises `Unreadable` where the item is refused.
    """
    extras = extras or Extras()
    if not parsed.title:
        raise Unreadable("没有找到标题。")
    if not plain(parsed.body) and not parsed.pictures:
        raise Unreadable("没有找到正文。")
    digest = digest_of_item(parsed)
    address = parsed.original_url or extras.url
    warnings = list(parsed.warnings)
    known = Import(article=updating, digest="") if updating else _known(digest, address, parsed, extras)
    if known and by and not visible_to(by, [known.article.pk]):
        raise Unreadable("同样的稿件，或同一来源的稿件，已由其他部门导入；您的采编分工不包括它，没有更新。")
    if known and (known.digest == digest):
        told = ["已经导入过同样的稿件。", *_pictures_left(parsed, known.article)]
        return _record(known.article, file=file, status="duplicate", warnings=told)
    if known and is_locked_for(known.article, by):
        raise Unreadable(f"稿件《{known.article.title}》已锁定，或正在审校、等待定时发布，没有更新。")
    # A draft may be known that waits to be filed.
    filed = (known.article.channel if known else None) or channel_of(
        parsed, channels_of([parsed]), channel, warnings
    )
    home = known.article.home_station if known else None if by else station
    if by and known and not may(by, "change", known.article):
        raise Unreadable("已有同样的稿件，由别的编辑负责，没有更新。")
    if by and not known:
        home = _home_for(by, filed, extras, station)
    if known and known.digest:
        warnings += _unlike(parsed, known.article)
    new: list[Picture] = []
    try:
        pictures = pictures_of(parsed, page, root, warnings, new) if stored is None else stored
        with transaction.atomic():
            article = (
                known.article.get_latest_revision_as_object() if known else Article(live=False, created_by=by)
            )
            article.channel, article.home_station = filed, home
            fill(article, parsed, extras, pictures, warnings)
            article.bylines = [
                Byline(author=author, sort_order=n)
                for n, author in enumerate(SourcesAndAuthors().authors(parsed))
            ]
            _save(article, extras, publishing, by, bool(known), warnings)
            Import.objects.update_or_create(
                pk=article.pk,
                defaults={"address": address[:500], "digest": digest, "left_out": parsed.left_out},
            )
            if article.origin == Origin.REPRINT:
                kept = [(article.pk, address, with_text(original, article)) for original in originals]
                record_originals(kept, by)
            if parsed.views is not None:
                set_imported(article.pk, parsed.views)
    except PublicationStopped as error:
        discard(new)
        raise Unreadable(f"{error}请先存为草稿，送审后发布。") from error
    except PublishPermissionError as error:
        discard(new)
        raise Unreadable("您没有发布这篇稿件的权限。") from error
    except ValidationError as error:
        discard(new)
        raise Unreadable("；".join(error.messages)) from error
    except BaseException:
        discard(new)
        raise
    similar = similar_to(article, by, warnings)
    return _record(
        article,
        file=file,
        status="updated" if known else "imported",
        warnings=[*warnings, *similar],
        similar=similar,
    )


def _home_for(by, channel: Channel, extras: Extras, station: Station | None) -> Station | None:
    """The home of what `by` imports, None for the channel. Raises `Unreadable` where `by` may file it nowhere."""
    if station is not None:
        if may(by, "add", Article(), station):
            return station
        raise Unreadable(f"您的采编分工不包括地方站“{station.name}”。")
    try:
        return home_for(by, channel, _stations(extras) or sole_station_of(by))
    except LookupError:
        advice = "请选择由哪个地方站发稿。" if reach(by, ADD).stations else ""
        raise Unreadable(f"您的采编分工不包括“{channel.name}”频道。{advice}") from None


def _pictures_left(parsed: ParsedArticle, article: Article) -> list[str]:
    """Says how many pictures came with an item again that the article does not have."""
    brought = sum(not picture.is_remote for picture in parsed.pictures[:MAX_PICTURES])
    if not brought:
        return []
    body = article.get_latest_revision_as_object().body
    there = sum(b.block.count_pictures(b.value) for b in body)
    if brought <= there:
        return []
    return [f"这一份带来 {brought} 张图片，稿件里有 {there} 张；图片没有存入，需要时请在稿件里插入。"]


def _unlike(parsed: ParsedArticle, article: Article) -> list[str]:
    """Says so where an item that updates an article has next to nothing of its text: it may be another page of it."""
    before = words_of([article.pk])[article.pk]
    alike = similarity(letters_of(plain(parsed.body)), letters_of(before.text))
    return (
        []
        if alike >= UNLIKE
        else ["正文与原来的几乎没有相同之处，请核对是不是同一篇的另一页；原来的文字在历史版本里。"]
    )


def similar_to(
    article: Article, by, warnings: list[str], words: ArticleText | None = None, later: Collection[int] = ()
) -> dict[str, int]:
    """The articles that a stored one is like, by the warning that names each."""
    try:
        found = find_similar(article, by, words, later)
        return {f"{match.in_words()}。": match.article_id for match in found}
    except Exception:  # the article is stored: whatever goes wrong here is no reason to refuse it
        logger.exception("An imported article could not be compared with the others")
        warnings.append("与已有稿件的比对出错，请自行核对是否重复。")
        return {}


def find_similar(
    article: Article, by, words: ArticleText | None = None, later: Collection[int] = ()
) -> list[Match]:
    """The saved articles that an imported one is like, those of the same run among them; of drafts only what `by` may
    know. Where it seems to come from one of them, that is left to an editor to confirm.

    `words` are the article's, where they are at hand; `later` the articles that came after it in the same run.
    """
    words = words or words_of([article.pk])[article.pk]
    matches = near_duplicates(*words, exclude={article.pk, *later}, count=MOST_SIMILAR)
    if by and matches:
        visible = visible_to(by, [match.article_id for match in matches])
        matches = [match for match in matches if match.article_id in visible]
    if matches and matches[0].similarity >= VERSION:
        best = matches[0]
        same_source = best.source == (article.source.name if article.source else "")
        propose(article, best.article_id, likely_tie(best.percent, same_source), best.percent)
    return matches


def import_item(
    item: Item, channel: Channel | None, publishing: bool, by=None, station: Station | None = None
) -> Record:
    """What became of one item. A refused one is told with its reason; it never stops the others."""
    if item.article is None:
        return Record(file=item.file, status="refused", reason=item.reason)
    try:
        return import_items(
            item.article,
            file=item.file,
            extras=item.extras,
            channel=channel,
            publishing=publishing,
            by=by,
            page=item.page,
            root=item.root,
            station=station,
            originals=item.originals,
            stored=item.pictures,
        )
    except Unreadable as error:
        reason = error.reason
    except Exception as error:  # one item, whatever is in it, never ends a run
        logger.exception("An item could not be imported")
        reason = f"导入时出错（{type(error).__name__}），没有导入。请把稿件交给技术人员查看。"
    return Record(file=item.file, status="refused", title=item.article.title, reason=reason)


def digest_of_item(parsed: ParsedArticle) -> str:
    """The same for the same headline and text, whatever their markup and spacing."""
    return hashlib.sha256(f"{letters(parsed.title)}\n{letters(plain(parsed.body))}".encode()).hexdigest()


def _record(article: Article, **fields) -> Record:
    return record_of(article, views_of([article.pk]).get(article.pk), **fields)


def _known(digest: str, address: str, parsed: ParsedArticle, extras: Extras) -> Import | None:
    """The import that this item repeats, or brings up to date."""
    imports = Import.objects.select_related("article__channel")
    if found := imports.filter(digest=digest).first():
        return found
    if address and (found := imports.filter(address=address).first()):
        return found
    article = None
    if parsed.original_url:
        article = Article.objects.filter(original_url=parsed.original_url).first()
    if article is None and extras.id and extras.url.startswith(settings.BASE_URL + "/"):
        # A record that this site exported.
        article = Article.objects.filter(pk=extras.id, title=parsed.title).first()
        return Import(article=article, digest=digest) if article else None
    return Import(article=article, digest="") if article else None


def channels_of(articles: Iterable[ParsedArticle]) -> dict[str, Channel]:
    """The channels that articles name, by their names and by their address words. One query."""
    wanted = {name for parsed in articles for name in _names_of_channel(parsed)}
    found = {}
    for channel in Channel.objects.filter(name__in=wanted) | Channel.objects.filter(slug__in=wanted):
        found[channel.name] = found[channel.slug] = channel
    return found


def _names_of_channel(parsed: ParsedArticle) -> list[str]:
    return [name for name in (parsed.channel_name, *reversed(parsed.breadcrumb)) if name]


def channel_of(
    parsed: ParsedArticle, found: dict[str, Channel], given: Channel | None, warnings: list[str]
) -> Channel:
    """The channel of an article: the one it names among `found`, else `given`, else the first. Raises `Unreadable`."""
    for name in _names_of_channel(parsed):
        if name in found:
            return found[name]
    if given:
        return given
    first = Channel.objects.first()
    if first is None:
        raise Unreadable("网站还没有频道，请先建立频道。")
    warnings.append(f"没有对应的频道，暂归“{first.name}”，请核对。")
    return first


def pictures_of(
    parsed: ParsedArticle, page: Path | None, root: Path | None, warnings: list[str], new: list[Picture]
) -> dict[str, Picture]:
    """The stored pictures by their address in the body. Those stored just now are added to `new`."""
    stored: dict[str, Picture] = {}
    for found in parsed.pictures[:MAX_PICTURES]:
        try:
            picture, is_new = store(find_bytes(found, page, root), parsed.title, found.caption, found.alt)
        except Unusable as error:
            if not found.is_remote:
                name = found.url.rsplit("/", 1)[-1][:60]
                warnings.append(f"图片 {name} 没有导入：{error}。")
            continue
        stored[found.url] = picture
        if is_new:
            new.append(picture)
    if len(parsed.pictures) > MAX_PICTURES:
        warnings.append(f"图片超过 {MAX_PICTURES} 张，其余没有导入。")
    return stored


def _save(article: Article, extras: Extras, publishing: bool, by, known: bool, warnings: list[str]) -> None:
    article.full_clean()
    if not known:
        article.save()
    if extras.stations or (article.home_station and not known):
        article.stations = _stations(extras) or [article.home_station]
    if extras.subsections:
        at = {station.pk for station in article.stations.all()}
        below = Subsection.objects.at_paths(extras.subsections)
        article.subsections = [one for one in below if one.is_of(article.channel_id, at)]
    if extras.topics:
        article.topics = list(Topic.objects.filter(slug__in=extras.topics))
    if extras.tags:
        article.tags.set([t[:100] for t in extras.tags])
    if publishing:
        if not known:
            article.save()
        publish(article, by=by)
        return
    if not known:
        article.save()
    elif article.live:
        warnings.append("稿件已经发布，更新存成了草稿，发布后读者才能看到。")
    article.save_revision(user=by)


def _stations(extras: Extras) -> list[Station]:
    return list(Station.objects.filter(slug__in=extras.stations)) if extras.stations else []

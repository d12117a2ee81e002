"""Structured data of pages for search engines: schema.org as JSON-LD."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from meiri.fronts.models import SiteSettings, StandardPage
from meiri.identity import site_name
from meiri.media.documents import kind_of_document
from meiri.media.labelled_media import LabelledMedia
from meiri.media.models import Picture
from meiri.media.provenance import source_type_address
from meiri.media.recording_length import iso_duration
from meiri.media.recording_origins import origin_of
from meiri.newsroom.body.pictures import feed_address
from meiri.newsroom.clock import zoned
from meiri.newsroom.corrections import Correction
from meiri.newsroom.models import Article, Byline
from meiri.newsroom.reading import Signature
from meiri.syndication.article_html import whole_address


def news_article(
    article: Article,
    bylines: Sequence[Signature | Byline],
    image_url: str = "",
    corrections: Sequence[Correction] = (),
) -> dict:
    """`NewsArticle` (schema.org) of a published article, its bylines with their authors and the corrections that stand."""
    published = zoned(article.published_at)
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title[:110],
        "description": article.summary,
        "datePublished": published.isoformat(timespec="seconds"),
        "dateModified": modified_at(article).isoformat(timespec="seconds"),
        "inLanguage": "zh-Hans",
        "mainEntityOfPage": article.full_url,
        "articleSection": article.channel.name if article.channel else "",
        "author": [{"@type": "Person", "name": b.author.name} for b in bylines]
        or [
            {
                "@type": "Organization",
                "name": article.source.name if article.source else site_name(),
            }
        ],
        "publisher": publisher(),
    }
    if source_type := article.ai_source_type:
        # schema.org calls them as the IPTC does: https://schema.org/IPTCDigitalSourceEnumeration
        data["digitalSourceType"] = (
            f"https://schema.org/{source_type[0].upper()}{source_type[1:]}DigitalSource"
        )
    if article.original_url:
        data["isBasedOn"] = article.original_url
    if videos := recordings_of(article, "video"):
        data["video"] = videos
    if sounds := recordings_of(article, "audio"):
        data["audio"] = sounds
    if image_url:
        data["image"] = [
            image_object(article.picture, image_url) if article.picture else whole_address(image_url)
        ]
    if corrections:
        data["correction"] = [
            {
                "@type": "CorrectionComment",
                "text": correction.sentence,
                "datePublished": zoned(correction.published_at).isoformat(timespec="seconds"),
            }
            for correction in corrections
        ]
    return data


def image_object(picture: Picture, address: str) -> dict | str:
    """`ImageObject` (schema.org) of a picture with who made it, its rights and IPTC's word for how; the address alone where nothing
    of this is known."""
    told = _origin(picture, picture.known.rights)
    whole = whole_address(address)
    return {"@type": "ImageObject", "contentUrl": whole, "url": whole, **told} if told else whole


def _origin(one: LabelledMedia, rights: str) -> dict:
    """Who made something, its rights and IPTC's word for how (`CreativeWork` of schema.org), without what is not known."""
    known = one.known
    credit: str = getattr(one, "credit", "")
    said = {
        "creditText": credit or known.credit,
        "creator": {"@type": "Person", "name": known.creator} if known.creator else None,
        "copyrightNotice": rights,
        "digitalSourceType": source_type_address(one.source_type) if one.source_type else "",
    }
    return {name: value for name, value in said.items() if value}


def magazine_piece(issue, piece, address: str, crumbs: list[tuple[str, str]]) -> list[dict]:
    """`Article` (schema.org) of a piece of an issue of the magazine, part of a `PublicationIssue`, and its `BreadcrumbList`."""
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": piece["title"][:110],
        "description": piece["summary"],
        "inLanguage": "zh-Hans",
        "mainEntityOfPage": address,
        "articleSection": piece["section"],
        "pageStart": piece["page"],
        "author": [{"@type": "Person", "name": piece["author"]}] if piece["author"] else [publisher()],
        "publisher": publisher(),
        "isPartOf": {"@type": "PublicationIssue", "name": issue.title, "issueNumber": issue.number},
    }
    if issue.first_published_at:
        data["datePublished"] = zoned(issue.first_published_at).isoformat(timespec="seconds")
    if piece["picture"] and (image := feed_address(piece["picture"])):
        data["image"] = [image_object(piece["picture"], image)]
    return [data, breadcrumb_list(crumbs)]


def publisher() -> dict:
    return {
        "@type": "NewsMediaOrganization",
        "name": site_name(),
        "url": settings.BASE_URL,
        "logo": f"{settings.BASE_URL}/icons/512.png",
    }


def web_site() -> list[dict]:
    """`WebSite` with the search of the site as an action, and the `NewsMediaOrganization` that publishes it (schema.org)."""
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{settings.BASE_URL}/search/?q={{words}}"},
        "query-input": "required name=words",
    }
    site = {"name": site_name(), "url": settings.BASE_URL + "/", "inLanguage": "zh-Hans"}
    return [
        {"@context": "https://schema.org", "@type": "WebSite", **site, "potentialAction": search},
        {"@context": "https://schema.org", **publisher()},
    ]


def recordings_in(article: Article, *kinds: str) -> Iterator[Any]:
    """The values of the blocks of videos and sounds of the site's own in a text, by their `kinds`. A query for each of these that is there."""
    for number, raw in enumerate(article.body.raw_data):
        value = article.body[number].value if raw.get("type") in kinds else None
        if value and value["file"]:
            yield value


def recordings_of(article: Article, kind: str) -> list[dict]:
    """`VideoObject` or `AudioObject` (schema.org) of each video or sound of the site's own in the text; `kind`: that of its block."""
    found = []
    for value in recordings_in(article, kind):
        file, poster = value["file"], value["poster"]
        recording = {
            "@type": f"{kind.capitalize()}Object",
            "name": value["title"],
            "description": value["transcript"][:200] or value["title"],
            "contentUrl": whole_address(file.url),
            "encodingFormat": kind_of_document(file.file.name).content_type,
            "uploadDate": zoned(article.published_at).isoformat(timespec="seconds"),
        }
        if poster and (address := feed_address(poster)):
            recording["thumbnailUrl"] = whole_address(address)
        origin = origin_of(file)
        if origin and origin.seconds:
            recording["duration"] = iso_duration(origin.seconds)
        found.append(recording | (_origin(origin, origin.rights) if origin else {}))
    return found


def modified_at(article: Article) -> datetime:
    """When a published article last changed for readers, in Beijing time; never before it was published."""
    published: datetime = zoned(article.published_at)
    changed = article.last_published_at
    return max(published, zoned(changed)) if changed else published


def breadcrumb_list(crumbs: list[tuple[str, str]]) -> dict:
    """`BreadcrumbList` (schema.org) of (name, address) from the home page down."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": settings.BASE_URL + url}
            for n, (name, url) in enumerate(crumbs, 1)
        ],
    }


def contact_page(settings_: SiteSettings, telephones: Sequence[tuple[str, str]], page: StandardPage) -> dict:
    """`ContactPage` (schema.org) of the organisation, with a `ContactPoint` for each telephone and department."""
    points = [{"contactType": use, "telephone": number} for use, number in telephones]
    for block in page.departments:
        told = {"contactType": block.value["work"] or block.value["name"], "name": block.value["name"]}
        told |= {name: block.value[name] for name in ("telephone", "email") if block.value[name]}
        if block.value["hours"]:
            told["description"] = block.value["hours"]
        points.append(told)
    organisation: dict[str, Any] = {
        "@type": "NewsMediaOrganization",
        "name": site_name(),
        "url": settings.BASE_URL,
        "contactPoint": [{"@type": "ContactPoint", **point} for point in points],
    }
    if settings_.organisation:
        organisation["legalName"] = settings_.organisation
    if settings_.email:
        organisation["email"] = settings_.email
    if settings_.address:
        organisation["address"] = {
            "@type": "PostalAddress",
            "streetAddress": settings_.address,
            "postalCode": settings_.postcode,
            "addressCountry": "CN",
        }
    return {
        "@context": "https://schema.org",
        "@type": "ContactPage",
        "name": page.title,
        "url": settings.BASE_URL + page.url,
        "mainEntity": organisation,
    }

"""The films and sounds in the sample's articles: a film goes through the pictures of its article, with their captions as its own."""

from typing import Any

from django.core.files.base import ContentFile
from PIL import Image
from wagtail.documents.models import Document

from meiri.sample.album import Album
from meiri.sample.content_files import SampleArticle, Scene
from meiri.sample.film import captions_of, film_of, whistle


def recorded_blocks(sample: SampleArticle, album: Album) -> list[tuple[str, Any]]:
    """The blocks of a film and of a sound, where the text says that its article has them."""
    title, blocks = sample.fields["title"], list[tuple[str, Any]]()
    if film := sample.fields.get("film"):
        scenes = [
            Scene.named(one["image"], one["caption"], one["credit"])
            for k, one in sample.blocks
            if k == "image"
        ]
        captions = [scene.caption for scene in scenes]
        shown = [album.picture(scene, title) for scene in scenes]
        blocks.append(
            (
                "video",
                {
                    "file": _stored(
                        film["title"], "film.mp4", lambda: film_of([_opened(one) for one in shown])
                    ),
                    "title": film["title"],
                    "poster": album.picture(sample.picture, title) if sample.picture else None,
                    "captions": _stored(
                        f"{film['title']}（字幕）", "film.vtt", lambda: captions_of(captions).encode()
                    ),
                    "transcript": "\n".join(captions),
                    "download": True,
                },
            )
        )
    if sound := sample.fields.get("sound"):
        file = _stored(sound["title"], "sound.wav", whistle)
        blocks.append(
            (
                "audio",
                {"file": file, "title": sound["title"], "transcript": sound["transcript"], "download": False},
            )
        )
    return blocks


def _opened(picture: Any) -> Image.Image:
    with picture.file.open() as file, Image.open(file) as opened:
        return opened.convert("RGB")


def _stored(title: str, name: str, made) -> Document:
    """The document of this title, with what `made` makes where it is not there yet."""
    found = Document.objects.filter(title=title).first()
    return found or Document.objects.create(title=title, file=ContentFile(made(), name=name))

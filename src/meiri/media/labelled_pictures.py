"""The label of a picture, and what the files that are made of it carry."""

from dataclasses import replace
from typing import Any

from meiri.journal.content_keys import PICTURE
from meiri.journal.recording import named
from meiri.media.events import PictureLabelled
from meiri.media.labelled_media import LabelledMedia
from meiri.media.provenance import OF_PICTURES


class LabelledPicture(LabelledMedia):
    words = OF_PICTURES

    class Meta:
        abstract = True

    @property
    def own_number(self) -> str:
        return f"picture-{self.pk}"

    def packet(self) -> bytes:
        """The XMP of the files that are made of the picture; b"" where nothing is to be said."""
        known = self.known
        credit: str = getattr(self, "credit", "") or known.credit
        return replace(known, aigc=self.block(), credit=credit, source_type=self.source_type).packet()

    def labelled(self, **said: str) -> PictureLabelled:
        row: dict[str, Any] = named(self)
        return PictureLabelled(keys=[PICTURE.key(self.pk)], **row, **said)

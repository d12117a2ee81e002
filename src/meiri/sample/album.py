"""The sample's pictures as stored: each is drawn when it is first asked for."""

import io

from django.core.files.base import ContentFile
from django.db import transaction

from meiri.media.models import Picture
from meiri.sample.content_files import Scene
from meiri.sample.paper import PaperArea, draw_sheet
from meiri.sample.pictures import draw, draw_cover

SIZE = (1200, 800)


class Album:
    """Pictures of `size` (width and height in pixels); a magazine's cover stands upright in the same proportion."""

    def __init__(self, size: tuple[int, int] = SIZE):
        self.size = size

    def picture(self, scene: Scene, title: str) -> Picture:
        """The picture of a scene, described by its caption or else by `title`."""
        name = f"示例 {scene.scene} {scene.seed}"
        found = Picture.objects.filter(title=name).first()
        drawn = None if found else draw(scene.scene, scene.seed, self.size)
        return found or self.store(name, drawn, scene.caption or title, scene.credit)

    def cover(self, issue: dict) -> Picture:
        name = f"示例封面 {issue['slug']}"
        found = Picture.objects.filter(title=name).first()
        if found:
            return found
        width, height = self.size
        where = issue["cover"]
        drawn = draw_cover(
            issue["title"], issue["number"], where["scene"], where["seed"], (width * 3 // 4, height * 3 // 2)
        )
        return self.store(name, drawn, f"{issue['title']}封面")

    def sheet(
        self, issue: dict, number: int, name: str, titles: dict[int, str], areas: list[PaperArea]
    ) -> Picture:
        """A page of paper of an issue."""
        title = f"示例版面 {issue['slug']} {number}"
        if found := Picture.objects.filter(title=title).first():
            return found
        width = self.size[0] * 3 // 4
        cover = issue["cover"]
        drawn = draw_sheet(
            issue["title"],
            name,
            titles,
            areas,
            cover["scene"],
            cover["seed"] + number,
            (width, width * 64 // 45),
        )
        return self.store(title, drawn, f"{issue['title']}{name}")

    # A picture is kept with all its sizes or not at all.
    @transaction.atomic
    def store(self, name: str, drawn, caption: str, credit: str = "") -> Picture:
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=88)
        picture = Picture(title=name, caption=caption[:200], description=caption[:255], credit=credit[:60])
        picture.file = ContentFile(out.getvalue(), name="sample.jpg")
        picture.width, picture.height = drawn.size
        picture.save()
        return picture

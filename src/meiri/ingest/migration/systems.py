"""The systems whose archives are taken."""

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.crawled_site import CrawledSite
from meiri.ingest.migration.dede import Dede
from meiri.ingest.migration.discuz import DiscuzPortal
from meiri.ingest.migration.empire import Empire
from meiri.ingest.migration.feed_archive import Feeds
from meiri.ingest.migration.generated_site import SiteFolder
from meiri.ingest.migration.ghost import Ghost
from meiri.ingest.migration.halo import Halo
from meiri.ingest.migration.old_archive import ArchiveSource, ArchiveSystem
from meiri.ingest.migration.phpcms import Phpcms
from meiri.ingest.migration.typecho import Typecho
from meiri.ingest.migration.wagtail_site import WagtailSite
from meiri.ingest.migration.wordpress_dump import WordPressDump
from meiri.ingest.migration.wordpress_export import WordPressExport
from meiri.ingest.parsed import Unreadable

SYSTEMS: tuple[ArchiveSystem, ...] = (
    WordPressExport(),
    WordPressDump(),
    Empire(),
    Dede(),
    Phpcms(),
    DiscuzPortal(),
    Typecho(),
    Ghost(),
    Halo(),
    SiteFolder(),
    Feeds(),
    WagtailSite(),
    CrawledSite(),
)
BY_NAME = {system.name: system for system in SYSTEMS}


def system_of(source: ArchiveSource) -> ArchiveSystem:
    """The system that an archive is of: the surest. Raises `Unreadable` where none knows it."""
    if not source.path.exists():
        raise Unreadable("没有这个文件或文件夹。")
    try:
        confidences = {system: system.confidence(source) for system in SYSTEMS}
    except OSError as error:
        raise Unreadable(f"文件无法读取（{error.strerror or type(error).__name__}）。") from error
    surest = max(confidences, key=lambda system: confidences[system])
    if confidences[surest] > Confidence.NONE:
        return surest
    known = "、".join(system.label for system in SYSTEMS)
    raise Unreadable(
        f"没有认出这是哪个系统的数据。可以迁入的有：{known}。单篇的网页、文本和 Word 文件请用“导入稿件”。"
    )

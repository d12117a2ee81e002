"""`meiri move-in SOURCE`: the archive of another system into this newsroom; looked at, tried, run, reported, undone."""

import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from meiri.ingest.migration.crawling import KIND as CRAWLED
from meiri.ingest.migration.crawling import CrawlLimits
from meiri.ingest.migration.fetching_site import (
    FetchOrder,
    base_of,
    fetch_site,
    folder_for,
    folder_of_source,
    is_address,
    kind_of,
)
from meiri.ingest.migration.moving_by_clock import folder_of_archives
from meiri.ingest.migration.moving_in import OpenedArchive, look, opened, run, try_some
from meiri.ingest.migration.report import write_report
from meiri.ingest.migration.undoing import undo
from meiri.ingest.migration.wagtail_api import KIND as BY_API
from meiri.ingest.migration.wagtail_api import NoApi
from meiri.ingest.models import MovedPost, MoveIn
from meiri.ingest.parsed import Unreadable
from meiri.members.old_members import FormerMember, keep_old_members
from meiri.sections.models import Channel
from meiri.security.log import note_event
from meiri.security.models import Event


class Command(BaseCommand):
    help = (
        "Move the archive of another system here: a WordPress export, a MySQL dump, a folder of one of these, or the address of a site."
        " Running it again goes on where it ended. Exits with 1 where posts were refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="SOURCE")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--look", action="store_true", help="say what is in there, and propose channels for its columns"
        )
        what.add_argument("--dry-run", action="store_true", help="read the first 50 posts and store nothing")
        what.add_argument(
            "--undo", action="store_true", help="take away what was moved and nobody has touched since"
        )
        parser.add_argument(
            "--mapping",
            metavar="FILE",
            help="the channels of the columns, as JSON: --look writes it, else it is read",
        )
        parser.add_argument(
            "--files", metavar="FOLDER", help="where the old site's pictures are; beside SOURCE by default"
        )
        parser.add_argument("--channel", metavar="SLUG", help="for posts whose column has no channel")
        parser.add_argument(
            "--drafts", action="store_true", help="keep all as drafts, also what the old site showed"
        )
        parser.add_argument(
            "--members",
            action="store_true",
            help="make accounts for the old site's members, without a password; no mail is sent",
        )
        parser.add_argument(
            "--crawl",
            action="store_true",
            help="fetch the site at the address SOURCE page by page, from its sitemaps or its links; else it is asked by Wagtail's API",
        )
        parser.add_argument(
            "--links", action="store_true", help="with --crawl: follow links though there are sitemaps"
        )
        parser.add_argument(
            "--pages",
            type=int,
            default=CrawlLimits.pages,
            help="with --crawl: the most addresses of this run; the next goes on",
        )
        parser.add_argument("--report", metavar="FILE", help="write what did not come in, and why, as CSV")

    def handle(self, *, source, mapping, files, channel, report, **options):
        otherwise = None
        if channel and (otherwise := Channel.objects.filter(slug=channel).first()) is None:
            raise CommandError(f"There is no channel “{channel}”.", returncode=2)
        if files and not Path(files).is_dir():
            raise CommandError(f"There is no folder {files}.", returncode=2)
        try:
            path = self.fetched(source, options) if is_address(source) else Path(source)
            with opened(path, Path(files) if files else None) as one:
                if mapping and not options["look"]:
                    read_mapping(one.move, Path(mapping))
                if options["drafts"]:
                    one.move.publishes = False
                refused = self.do(one, otherwise, options, mapping)
                if report:
                    with Path(report).open("w", encoding="utf-8", newline="") as out:
                        write_report(one.move, out)
        except Unreadable as error:
            raise CommandError(error.reason, returncode=2) from error
        if refused:
            raise CommandError(f"{refused} posts were not taken; --report FILE tells why.", returncode=1)

    def fetched(self, source: str, options: dict) -> Path:
        """The folder of what was fetched of a site, after it was. Raises `Unreadable`."""
        archives = folder_of_archives()
        if options["undo"]:
            if folder := folder_of_source(archives, source):
                return folder
            raise CommandError(f"Nothing was fetched of {source}.", returncode=2)
        limits = CrawlLimits(pages=max(1, options["pages"]), links=options["links"])
        order = FetchOrder(source, CRAWLED if options["crawl"] else BY_API, limits)
        try:
            kind = kind_of(order, archives)
        except NoApi as error:
            raise CommandError(f"{error.reason} With --crawl its pages are fetched.", returncode=2) from error
        folder = folder_for(archives, base_of(source), kind)
        with (
            closing(fetch_site(order, folder, kind)) as steps,
            tqdm(unit=" answers", file=sys.stderr, disable=not sys.stderr.isatty()) as bar,
        ):
            for _ in steps:
                bar.update()
        return folder

    def do(self, one: OpenedArchive, otherwise: Channel | None, options: dict, mapping: str | None) -> int:
        """How many posts were refused."""
        if options["look"]:
            look(one)
            if mapping:
                write_mapping(one.move, Path(mapping))
            self.show(one)
        elif options["dry_run"]:
            if not one.move.columns:
                look(one)
            self.show_some(one, otherwise)
        elif options["undo"]:
            self.undo(one.move)
        else:
            refused = self.run(one, otherwise)
            if options["members"]:
                self.keep_members(one)
            return refused
        return 0

    def show(self, one: OpenedArchive) -> None:
        found = one.move.found
        self.say(f"{one.system.label}  {one.move.site}")
        self.say(
            f"{found['posts']} 篇（其中草稿 {found['drafts']} 篇），{found['comments']} 条评论，{found['members']} 个会员，"
            f"{found['first'][:10]} 至 {found['last'][:10]}"
        )
        for column in one.move.columns.values():
            self.say(
                f"  {column['count']:>8} 篇  {column['name']} → {column['channel'] or '（还没有对应的频道）'}"
            )
        for reason, count in found["not_taken"].items():
            self.say(f"  {count:>8} 项不迁：{reason}")
        for fault in one.move.faults[:20]:
            self.say(f"  没有读懂：{fault}")

    def show_some(self, one: OpenedArchive, otherwise: Channel | None) -> None:
        for read in try_some(one, otherwise):
            if read.parsed is None:
                self.say(f"不迁  {read.post.key} {read.post.title}：{read.reason}")
                continue
            date = f"{read.post.published_at:%Y-%m-%d}" if read.post.published_at else "没有日期"
            pictures = f"图片 {len(read.files)}/{len(read.parsed.pictures)}"
            channel = read.channel.name if read.channel else ""
            notes = f"（{'；'.join(read.parsed.warnings)}）" if read.parsed.warnings else ""
            self.say(
                f"{date}  {channel}  {read.post.title}  {pictures}  评论 {len(read.post.comments)}{notes}"
            )

    def run(self, one: OpenedArchive, otherwise: Channel | None) -> int:
        counts: Counter[str] = Counter()
        expected = one.move.found.get("posts", 0) or None
        try:
            with (
                closing(run(one, otherwise)) as steps,
                tqdm(total=expected, unit=" posts", file=sys.stderr, disable=not sys.stderr.isatty()) as bar,
            ):
                for fates in steps:
                    counts.update(fate.fate for fate in fates)
                    bar.update(one.move.seen - bar.n)
        finally:
            note_event(Event.IMPORTED, about=f"move-in {one.move}", published=one.move.publishes, **counts)
        self.say(
            f"迁入 {counts['imported']} 篇，已有同样的 {counts['duplicate']} 篇，没有迁入 {counts['refused']} 篇；"
            f"以前已迁 {max(one.move.seen - counts.total(), 0)} 篇。"
        )
        return counts["refused"]

    def keep_members(self, one: OpenedArchive) -> None:
        kept = keep_old_members(
            FormerMember(member.name, member.email, member.joined_at) for member in one.archive.members()
        )
        note_event(Event.ACCOUNT_MADE, about=f"move-in {one.move}", made=kept.made)
        self.say(
            f"会员：新建 {kept.made} 个，已有 {kept.known} 个，没有可用邮箱的 {kept.unreachable} 个没有迁入。"
        )

    def undo(self, move: MoveIn) -> None:
        gone, kept = 0, list[MovedPost]()
        for step in undo(move):
            gone += step.gone
            kept += step.kept[: 100 - len(kept)]
        self.say(f"撤销 {gone} 篇。")
        for fate in kept:
            self.say(f"保留（迁入后有人改动、评论或引用）：{fate.article_id} {fate.title}")

    def say(self, text: str) -> None:
        # A terminal may know fewer characters than articles have.
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def write_mapping(move: MoveIn, path: Path) -> None:
    path.write_text(json.dumps(move.columns, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_mapping(move: MoveIn, path: Path) -> None:
    """Take the channels that a file gives. Raises `CommandError`."""
    try:
        columns = json.loads(path.read_text(encoding="utf-8-sig"))
        chosen = {str(key): str(column["channel"] or "") for key, column in columns.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path} is no mapping as --look writes it: {error}", returncode=2) from error
    for key, channel in chosen.items():
        move.columns.setdefault(key, {"name": key, "address": "", "count": 0})["channel"] = channel

"""`meiri import PATH...`: pages, texts, Word files, folders, archives and records into the newsroom."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from meiri.ingest.batches import import_batch
from meiri.ingest.guarded_reading import ItemReader, reading
from meiri.ingest.items import Item, files_in, items_in, learn_from
from meiri.ingest.joining import joined
from meiri.ingest.records import Record
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.sections.models import Channel
from meiri.security.log import note_event
from meiri.security.models import Event

# A run of fewer items is over before a progress bar tells anything.
LONG = 20


class Command(BaseCommand):
    help = (
        "Import articles from files, folders, archives and JSON lines. Exits with 1 where some were refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--channel", metavar="SLUG", help="for items that name no channel of this site")
        parser.add_argument(
            "--publish", action="store_true", help="publish at once instead of leaving drafts"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON line an item")

    def handle(self, *, paths, channel, publish, json, **options):
        filed = None
        if channel:
            filed = Channel.objects.filter(slug=channel).first()
            if filed is None:
                raise CommandError(f"There is no channel “{channel}”.", returncode=2)
        counts: Counter[str] = Counter()
        parts: Counter[str] = Counter()
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        try:
            with reading() as reader, publishing_unreviewed("命令行导入"):
                items = self.with_progress([Path(p) for p in paths], reader, parts)
                for record in import_batch(joined(items), filed, publish):
                    counts[record.status] += 1
                    line = record.as_json() if json else one_line(record)
                    # A terminal may know fewer characters than articles have.
                    self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))
        finally:
            note_event(Event.IMPORTED, about=" ".join(paths), published=publish, **counts)
        if parts:
            kinds = ", ".join(f"{kind} {count}" for kind, count in parts.most_common(20))
            self.stderr.write(f"{parts.total()} files beside the items were not read: {kinds}.")
        refused, total = counts["refused"], counts.total()
        if refused:
            raise CommandError(f"{refused} of {total} items were refused.", returncode=1)

    def with_progress(self, paths: list[Path], reader: ItemReader, parts: Counter[str]) -> Iterator[Item]:
        learn_from([path for path in paths if path.is_file()], reader)
        items = (item for path in paths for item in items_in(path, reader, parts=parts))
        expected = sum(sum(1 for _ in files_in(p)) if p.is_dir() else 1 for p in paths)
        records = any(p.suffix in (".jsonl", ".zst", ".zip", ".tar", ".gz") for p in paths)
        if not sys.stderr.isatty() or (expected < LONG and not records):
            return items
        return iter(tqdm(items, total=None if records else expected, unit=" items", file=sys.stderr))


def one_line(record: Record) -> str:
    if record.status == "refused":
        return f"refused    {record.file}: {record.reason}"
    notes = f" ({'；'.join(record.warnings)})" if record.warnings else ""
    return f"{record.status:<10} {record.file}: {record.id} {record.title}{notes}"

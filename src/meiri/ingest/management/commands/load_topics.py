"""`meiri load_topics FILE`: the topics of a vocabulary of IPTC, with their names in Chinese, as copy of wires is sent to channels by them."""

import json
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from meiri.ingest.wires.topic_files import BrokenTopics, store_topics, topics_in


class Command(BaseCommand):
    help = (
        "Load topics from a vocabulary of IPTC in JSON (cv.iptc.org/newscodes/mediatopic?format=json). "
        "Topics that are there keep their channels; top topics get one whose name stands in theirs."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *, file, **options):
        try:
            topics = topics_in(json.loads(file.read_bytes()))
        except (OSError, ValueError, BrokenTopics) as error:
            raise CommandError(f"{file} holds no topics that can be read: {error}", returncode=2) from error
        new, placed = store_topics(topics)
        self.stdout.write(f"{len(topics)} topics, {new} of them new; {placed} got a channel.")

"""`meiri work`: the worker and scheduler that `meiri serve` starts beside the web server."""

import logging
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import close_old_connections, connection

from meiri.audience.aggregation import aggregate_views, forget_counted_views, share_salts
from meiri.audience.counting_searches import count_searches, forget_searches
from meiri.audience.counts_writer import keep_counts
from meiri.audience.search_log import share_salts_of_searches
from meiri.audience.view_counts import forget_old_views
from meiri.changes.withdrawal_receipts import check_due_receipts, receipts_are_due
from meiri.comments.reactions import likes_wait, tell_likes
from meiri.conf.database import only_existing
from meiri.conf.preloading import load_site
from meiri.conf.process_group import be_called, end_with_head, stopped_by_signals
from meiri.conf.static_files import static_files
from meiri.delivery.cdn import cdn_of
from meiri.delivery.invalidation import Invalidator, let_pages_go_first
from meiri.delivery.page_guard import GuardedPages
from meiri.delivery.page_store import page_store
from meiri.delivery.purging import Purger
from meiri.delivery.release import code
from meiri.delivery.renderer import render_pages
from meiri.fronts.advertisements import begin_advertisements
from meiri.fronts.link_checking import check_links
from meiri.fronts.notice_bars import end_overdue_notices
from meiri.ingest.migration.moving_by_clock import mover
from meiri.ingest.wires.asking_wires import ask_due_wires, forget_deliveries, wires_are_due
from meiri.journal.consumers import due_consumers, run_consumer
from meiri.journal.heads import note_head
from meiri.journal.log import idle_seconds
from meiri.journal.notifications import listen
from meiri.mail.sending import forget_mail, send_mail
from meiri.mail.server import check_mail, server_of
from meiri.media.bucket_upkeep import (
    delete_removed_objects,
    send_waiting_files,
    sweep_node_cache,
)
from meiri.media.licences import expire_pictures
from meiri.media.sealed_storage import sealed_files
from meiri.members.carrying_notices import carry_notices, mail_news, news_mail_is_due, notices_wait
from meiri.members.contacts import forget_unproven
from meiri.members.scanning import forget_scan_requests
from meiri.members.telling_followers import forget_rounds, rounds_are_open, tell_followers
from meiri.members.telling_searchers import (
    forget_matches,
    go_on_with_searches,
    search_rounds_are_open,
)
from meiri.newsroom.erasure_upkeep import erasures_are_unfinished, finish_erasures
from meiri.newsroom.link_checks import check_due_links, forget_links, links_are_due
from meiri.newsroom.open_forms import forget_old_forms
from meiri.newsroom.recycle_bin import empty_bin
from meiri.newsroom.scheduling import publish_scheduled
from meiri.operations.clock_jobs import ClockJob, forget_runs, lines_of
from meiri.operations.file_guard import FileGuard
from meiri.operations.nodes import EVERY, note_node, present_nodes
from meiri.personal.notices import forget_notices
from meiri.planning.recurring import propose_themes
from meiri.polls.telling import polls_wait, tell_polls
from meiri.push.push_sending import pushes_are_due, send_pushes
from meiri.review.reminders import remind_of_late_reviews, tell_of_late_checks
from meiri.search.area_indexing import keep_areas
from meiri.search.index import store as search_store
from meiri.search.indexing import Indexer
from meiri.security.log import forget_events
from meiri.security.tampering import tell_alterations
from meiri.sources.originals import forget_orphans
from meiri.trust.log_signing import keep_log_files, log_is_to_be_signed, sign_log
from meiri.visitors.counting import forget_visits
from meiri.visitors.pseudonyms import share_salts_of_pseudonyms
from meiri.wakeups import wakeups
from meiri.web.ranking_history import record_rules, rules_are_to_be_recorded

logger = logging.getLogger(__name__)

# How long a consumer may wait that could not go on yet.
IDLE_SECONDS = 0.5


def clear_sessions() -> None:
    call_command("clearsessions", verbosity=0)


@cache
def running_release() -> str:
    """The digest of the code that this process was started with."""
    return code()


def note_this_node() -> None:
    note_node(running_release())


def guard_media_of_one_node() -> None:
    """Several nodes may share one folder of media: then nobody can say who changed a file. Media in a bucket are not in the folder."""
    if not settings.MEDIA_IN_S3:
        sealed_files(Path(settings.MEDIA_ROOT)).watch_over(len(present_nodes()) <= 1)


# What runs by the clock. A slow job delays those of its own line alone.
SCHEDULE = [
    # Each worker looks: who is left goes on at once where one dies.
    ClockJob(publish_scheduled, 1, line="publishing", of_node=True),
    ClockJob(aggregate_views, 1, line="counting", of_node=True),
    ClockJob(forget_counted_views, 60, line="counting", of_node=True),
    ClockJob(keep_counts, 1, line="counting", of_node=True),
    ClockJob(share_salts, 60, line="counting", of_node=True),
    ClockJob(count_searches, 10, line="counting", of_node=True),
    ClockJob(share_salts_of_searches, 60, line="counting", of_node=True),
    ClockJob(share_salts_of_pseudonyms, 60, line="counting", of_node=True),
    ClockJob(note_head, 600, of_node=True),
    # Witnesses may be slow to answer: they delay nothing else.
    ClockJob(sign_log, 1, line="public log", is_wanted=log_is_to_be_signed, woken=True),
    ClockJob(keep_log_files, 1, line="public log", of_node=True, woken=True),
    ClockJob(note_this_node, EVERY, of_node=True),
    ClockJob(guard_media_of_one_node, EVERY, line="media", of_node=True),
    # An S3 server may be slow to answer: it delays nothing else.
    ClockJob(sweep_node_cache, 5, line="media", of_node=True),
    ClockJob(delete_removed_objects, 60, line="media"),
    ClockJob(send_waiting_files, 5, line="media", of_node=True),
    ClockJob(tell_alterations, 10, of_node=True),
    ClockJob(tell_likes, 20, is_wanted=likes_wait),
    ClockJob(tell_polls, 5, is_wanted=polls_wait),
    ClockJob(forget_visits, 60),
    ClockJob(forget_scan_requests, 60),
    ClockJob(clear_sessions, 3600),
    ClockJob(forget_old_views, 3600),
    ClockJob(forget_searches, 60),
    ClockJob(forget_unproven, 600),
    ClockJob(tell_followers, 1, line="followers", is_wanted=rounds_are_open, woken=True),
    ClockJob(go_on_with_searches, 1, line="followers", is_wanted=search_rounds_are_open, woken=True),
    ClockJob(carry_notices, 1, line="followers", is_wanted=notices_wait, woken=True),
    ClockJob(mail_news, 5, line="followers", is_wanted=news_mail_is_due),
    # Push services may be slow to answer: they delay nothing else.
    ClockJob(send_pushes, 1, line="push", is_wanted=pushes_are_due, woken=True),
    ClockJob(forget_rounds, 600),
    ClockJob(forget_matches, 600),
    ClockJob(forget_notices, 3600),
    ClockJob(forget_mail, 60, of_node=True),
    ClockJob(forget_events, 3600),
    ClockJob(forget_old_forms, 3600),
    ClockJob(empty_bin, 600),
    # A large database is rewritten for minutes.
    ClockJob(finish_erasures, 60, line="erasures", is_wanted=erasures_are_unfinished),
    ClockJob(expire_pictures, 300),
    ClockJob(end_overdue_notices, 20),
    ClockJob(begin_advertisements, 20),
    ClockJob(check_due_links, 1, line="links", is_wanted=links_are_due, woken=True),
    ClockJob(check_due_receipts, 1, line="links", is_wanted=receipts_are_due, woken=True),
    ClockJob(ask_due_wires, 5, line="wires", is_wanted=wires_are_due),
    ClockJob(forget_deliveries, 3600),
    ClockJob(forget_links, 3600),
    ClockJob(forget_orphans, 24 * 3600, of_node=True),
    ClockJob(propose_themes, 600),
    ClockJob(record_rules, 300, is_wanted=rules_are_to_be_recorded),
    ClockJob(forget_runs, 3600),
    ClockJob(remind_of_late_reviews, 60),
    ClockJob(tell_of_late_checks, 60),
]


class Command(BaseCommand):
    help = "Tail the journal and run what is scheduled, until SIGTERM or SIGINT."
    requires_system_checks = []

    def handle(self, **options):
        only_existing()
        load_site()
        maker = start_maker() if settings.PAGE_FILES else None
        stopping = stopped_by_signals()
        threads = of_pages(stopping) if settings.PAGE_FILES else []
        threads.append(Thread(target=Indexer(search_store(), stopping).run, name="search"))
        threads.append(Thread(target=keep_areas, args=[stopping], name="search areas"))
        # Nothing is lost where it dies, so the worker's end need not wait for a site that does not answer.
        threads.append(Thread(target=check_links, args=[stopping], name="links", daemon=True))
        threads += [*of_mail(stopping), *lines_of(SCHEDULE, stopping), mover(stopping)]
        if settings.PAGE_FILES:
            media = [] if settings.MEDIA_IN_S3 else [sealed_files(Path(settings.MEDIA_ROOT))]
            guard = FileGuard([GuardedPages(page_store()), static_files(), *media], stopping)
            # It sleeps in the kernel, and finds what it missed when it begins again.
            threads.append(Thread(target=guard.run, name="guard", daemon=True))
        if connection.vendor == "postgresql":
            threads.append(Thread(target=listen, args=[stopping], name="notifications", daemon=True))
        wakeups.listen(stopping)
        for thread in threads:
            thread.start()

        def run_after_pages(behind: list[str]) -> int:
            let_pages_go_first(stopping)
            return sum(map(run_consumer, behind))

        while not stopping.is_set():
            seen = wakeups.number
            behind = attempt(due_consumers)
            busy = behind and attempt(run_after_pages, behind)
            if not busy:
                wait = min(idle_seconds(), IDLE_SECONDS) if behind else idle_seconds()
                wakeups.sleep(seen, wait, stopping)
            if maker and not maker.is_alive() and not stopping.is_set():
                logger.error(
                    "The process that makes pages ended; the worker ends too, to be started again with it"
                )
                stopping.set()
        for thread in threads:
            if not thread.daemon:
                thread.join()


def start_maker() -> BaseProcess:
    """A second process that makes pages. It is a copy of this one, so that both have what is loaded by now only once;
    nothing may be connected and no thread run yet."""
    process = get_context("fork").Process(target=run_maker, name="maker", daemon=True)
    process.start()
    return process


def run_maker() -> None:
    end_with_head()
    be_called("meiri maker")
    stopping = stopped_by_signals()
    wakeups.listen(stopping)
    render_pages(page_store(), stopping)


def of_pages(stopping: Event) -> list[Thread]:
    """The threads that keep pages in step, and the CDN where there is one. Raises `CommandError`."""
    try:
        cdn = cdn_of(settings.CDN, settings.BASE_URL)
    except ValueError as error:
        raise CommandError(str(error)) from None
    threads = [Thread(target=Invalidator(page_store(), stopping).run, name="pages")]
    if cdn:
        # Nothing is lost where it dies, so the worker's end need not wait for a CDN that does not answer.
        threads.append(Thread(target=Purger(page_store().index, cdn, stopping).run, name="cdn", daemon=True))
    return threads


def of_mail(stopping: Event) -> list[Thread]:
    """The thread that sends mail, where there is a server to send it by. Raises `CommandError`."""
    try:
        check_mail()
    except ValueError as error:
        raise CommandError(str(error)) from None
    server = server_of(settings.EMAIL_URL)
    # What it was about to send is tried again after a while.
    return [Thread(target=send_mail, args=[server, stopping], name="mail", daemon=True)] if server else []


def attempt(job: Callable, *arguments):
    """Call `job`; an error is logged and never ends the worker."""
    close_old_connections()
    try:
        return job(*arguments)
    except Exception:
        logger.exception("%s failed; it will be tried again", getattr(job, "__name__", job))
        return None

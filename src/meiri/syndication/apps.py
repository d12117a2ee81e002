from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "meiri.syndication"
    label = "syndication"
    verbose_name = "分发"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.audience.counts_writer import CommentCounts, comments_are_counted_by
        from meiri.comments.thread_pages import all_counts, counts_of

        comments_are_counted_by(CommentCounts(of=counts_of, every=all_counts))

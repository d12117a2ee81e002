from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "meiri.review"
    label = "review"
    verbose_name = "审校"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meiri.newsroom import erased_rows, publishing, reviewing, today
        from meiri.newsroom.publication_checks import register_check
        from meiri.review import permissions, personal_data, sheet_checks, waiting  # noqa: F401 two register themselves
        from meiri.review.chains import workflow_of
        from meiri.review.erased_sheets import clean_sheets
        from meiri.review.margin_noting import MarginNoteCheck
        from meiri.review.reminders import warnings_of_reviews
        from meiri.review.review_decisions import review_again
        from meiri.review.reviewed_publication import ReviewCheck
        from meiri.review.sheet_writing import write_sheets
        from meiri.review.states import ReviewState

        permissions.register_rules()
        waiting.register()
        register_check(ReviewCheck())
        register_check(MarginNoteCheck())
        reviewing.workflow_choices.append(workflow_of)
        reviewing.when_a_version_is_saved.append(review_again)
        reviewing.connect(ReviewState)
        publishing.review_sheets.append(write_sheets)
        erased_rows.when_words_are_erased.append(clean_sheets)
        today.warnings_of_apps.append(warnings_of_reviews)

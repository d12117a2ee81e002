from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "meiri.newsroom"
    label = "newsroom"
    verbose_name = "采编"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.models.signals import pre_save
        from taggit.models import Tag

        from meiri.media.removing import when_a_picture_goes
        from meiri.media.withdrawing_pictures import when_a_picture_returns
        from meiri.newsroom import (  # noqa: F401 embargo registers its check
            embargo,
            new_permissions,
            permission_names,
            permissions,
            personal_data,
            plain_text,
            publication_checks,
            publication_rules,
            publishing,
            required_checks,
            reviewing,
            stream_form_data,
            waiting,
        )
        from meiri.newsroom.body import checks, stream  # noqa: F401 checks registers itself
        from meiri.newsroom.change_checks import ChangeCheck
        from meiri.newsroom.completeness import CompletenessCheck
        from meiri.newsroom.link_checks import DeadLinkCheck
        from meiri.newsroom.models import Article, Author, Desk, Source
        from meiri.newsroom.river import delist_picture, enlist_picture
        from meiri.newsroom.tags import give_slug
        from meiri.sections.in_use import keep_while_used

        Article.publication = publishing
        publication_checks.register_levels(publication_rules.levels_of)
        for check in (
            CompletenessCheck(),
            required_checks.BylineCheck(),
            required_checks.AiUseCheck(),
            required_checks.PictureCheck(),
            required_checks.MinorsCheck(),
            DeadLinkCheck(),
            ChangeCheck(),
        ):
            publication_checks.register_check(check)
        plain_text.look_kinds_up_by(stream.words_of_kind)
        keep_while_used(Author, Source)
        keep_while_used(Desk, by_code=False)  # a group takes its desk along
        permissions.register_rules()
        waiting.register()
        personal_data.register()
        reviewing.connect()
        stream_form_data.register()
        when_a_picture_goes.append(delist_picture)
        when_a_picture_returns.append(enlist_picture)
        new_permissions.connect(self)
        permission_names.connect()
        pre_save.connect(give_slug, sender=Tag, dispatch_uid="newsroom.tags")

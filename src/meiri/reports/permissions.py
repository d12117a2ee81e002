"""Who handles readers' reports: those of an article its editors, those of the site as a whole the editors of the nation."""

from django.db.models import Q

from meiri.newsroom.models import Article
from meiri.policy import Rules, among, may, register, rules_of, visible
from meiri.reports.models import Report


class ReportRules(Rules):
    def may_somewhere(self, user, deed):
        return may(user, "change", Article)

    def may(self, user, deed, report, place):
        if not self.may_somewhere(user, deed):
            return False
        if report.responsible_id == user.pk:
            return True
        if report.article_id is None:
            return rules_of(Article).reach(user, "change").everywhere
        return may(user, "change", report.article)

    def visible(self, user, queryset, deed):
        if not self.may_somewhere(user, deed):
            return queryset.none()
        if rules_of(Article).reach(user, "change").everywhere:
            return queryset
        articles = visible(user, Article.objects.all(), "change")
        return queryset.filter(Q(responsible=user) | among(articles, "article"))


def register_rules() -> None:
    register(ReportRules(Report))

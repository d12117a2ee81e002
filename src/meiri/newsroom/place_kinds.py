"""The kinds of places that list articles, by the numbers that are stored.

Without a model: the search index is built in a process without the newsroom's app.
"""

from django.db.models import IntegerChoices


class PlaceKind(IntegerChoices):
    SITE = 1, "全站"
    CHANNEL = 2, "频道"
    STATION = 3, "地方站"
    TOPIC = 4, "专题"
    AUTHOR = 5, "作者"
    TAG = 6, "标签"
    KIND = 7, "体裁"
    PICTURED = 8, "有图"
    SUBSECTION = 9, "子栏目"
    # Articles that may harm minors: they stand in no other list.
    SET_APART = 10, "可能影响未成年人"

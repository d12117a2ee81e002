"""What kinds of entries are called in Chinese."""

from django.apps import apps

# The first word of a kind that is no model's name.
THINGS = {
    "front": "版面",
    "settings": "站点信息",
    "navigation": "导航",
    "letter": "来信",
    "comment": "评论",
    "archive": "稿库",
    "sample": "示例采编部",
    "related": "更多推荐",
    "contributor": "通讯员申请",
    "manuscript": "来稿",
    "account": "账号",
}
DEEDS = {
    "created": "新建",
    "changed": "修改",
    "deleted": "删除",
    "published": "发布",
    "placed": "采用",
    "withdrawn": "撤下",
    "approved": "通过",
    "rejected": "未通过",
    "pending": "待审",
    "received": "收到",
    "checking": "核实",
    "routed": "转办",
    "answered": "答复",
    "corrected": "更正",
    "refused": "不采纳",
    "applied": "申请",
    "closed": "办结",
    "contact_opened": "查看联系方式",
    "handed_over": "改派",
    "noted": "备注",
    "replied": "回复来信人",
    "added": "来信人补充",
    "taken_back": "来信人撤回",
    "generated": "批量生成",
    "begun": "开始载入",
    "loaded": "载入完成",
    "recorded": "记下来历",
    "removed": "移除来历",
    "picked": "精选",
    "unpicked": "取消精选",
    "liked": "点赞数更新",
    "reported": "被举报",
    "appealed": "申诉",
    "shown": "对读者显示",
    "hidden": "对读者隐藏",
    "moved": "移动",
    "accepted": "通过",
    "declined": "未通过",
    "unsigned": "隐去署名",
    "recovered": "找回",
}


def kind_name(kind: str) -> str:
    """`article.published` as 稿件：发布. Words nobody named stay as they are."""
    thing, _, deed = kind.partition(".")
    return f"{thing_name(thing)}：{DEEDS.get(deed, deed)}"


def thing_name(word: str) -> str:
    """A model's name in Chinese, by its lower-case name in code."""
    if word in THINGS:
        return THINGS[word]
    for model in apps.get_models():
        if model._meta.model_name == word:
            return str(model._meta.verbose_name)
    return word

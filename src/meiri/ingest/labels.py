"""The words that pages set before a source, a time, a name or a count, and on their buttons: never names themselves."""

import re
from functools import cache

from meiri.ingest.times import RELATIVE, WRITTEN

GAP = r"[ \t\u3000\xa0]{0,8}"
BAR = r"[|｜丨︱/／]"
LABELS = {
    "source": "来源 文章来源 新闻来源 信息来源 稿件来源 本文来源 消息来源 资讯来源 内容来源 资料来源 来源单位 稿源 出处 转自 转载自 来源于 "
    "文章出处 来自 发布单位 发布机构 发文机关 发文单位 供稿单位 来稿单位 信息发布单位 "
    "來源 新聞來源 文章來源 資料來源 消息來源 稿件來源 出處 轉自 轉載自 發布單位 發佈單位 Source",
    "editor": "责任编辑 本文责任编辑 责编 编辑 网络编辑 本期编辑 编辑人 责任编审 責任編輯 編輯 責編",
    "author": "作者 文章作者 本文作者 原作者 撰文 撰稿 记者 本报记者 采写 特约记者 通讯员 文字 主笔 执笔 口述 整理 記者 撰文者 文/图 图/文 图文 文图",
    "views": "点击 点击量 点击数 点击率 点击次数 浏览 浏览量 浏览数 浏览次数 阅读 阅读量 阅读数 阅读次数 访问量 访问次数 "
    "访问 人气 已阅读 已浏览 點擊 點閱 點擊數 瀏覽 瀏覽次數 瀏覽數 閱讀 人氣",
    "time": "时间 发布时间 发表时间 日期 发布日期 发表日期 发布 发表 发布于 发表于 出版 出版时间 刊登 刊登时间 刊发时间 提交时间 添加时间 "
    "录入时间 上传时间 创建时间 发稿时间 時間 發布時間 發佈時間 發表時間 發布日期 發佈日期 發布 發佈 日期時間 建立時間 出版時間 刊登時間",
    "updated": "更新时间 更新日期 更新于 更新 最新更新 最后更新 修改时间 更新時間 更新日期 更新於 最後更新",
    "other": "校对 审核 字号 字体 字體 分享 评论 评论数 打印 关键词 关键字 标签 分类 栏目 所属栏目 频道 审校 监制 签发 初审 复审 终审 出品 "
    "一审 二审 三审 一校 二校 三校 值班编委 策划 统筹 制图 摄影 视频 设计 排版 原标题 编审 主编 总监制 实习生 文章编号 信息索引号 索引号 "
    "大 中 小 收藏 点赞 責任校對 校對 评论人数 跟贴 参与 地区 地点 IP属地 属地 公众号 微信号 ID 供稿 供图 图片 翻译 录入 发布人 发布者 录入者 审稿 排序",
}
# What does something when it is pressed, on pages of articles.
_BUTTONS = (
    "试听 試聽 听报道 听新闻 听全文 朗读 语音播报 播报文章 点击收听 收听 收听本文 播放 暂停 分享 分享到 分享至 转发 打印 打印本页 打印本稿 列印 收藏 关注 已关注 订阅 点赞 赞 在看 "
    "纠错 举报 我要评论 发表评论 写评论 写留言 留言 回复 字号 字体 字體 大字号 小字号 大 中 小 放大 缩小 默认 上一版 下一版 上一篇 下一篇 返回 返回首页 返回顶部 返回列表 返回目录 "
    "关闭 关闭窗口 查看更多 查看原文 阅读原文 展开 收起 展开全文 登录 注册 扫码 复制链接 微信 微博 新浪微博 朋友圈 QQ空间 QQ好友 QQ Facebook Twitter LINE Share Print Listen "
    "图集 倍速 高清 超清 标清 全屏 静音 重播 正在播放 即将播放 加入收藏 设为首页 我要打印 我要纠错 推荐给朋友 我要分享 顶部 A A+ A- T T+ T- T|T"
)
# How a text came about, what a page says where nobody is known, and what stands where a name should.
_SAID_INSTEAD = (
    "首页 正文 详情 更多 下载 打开 二维码 链接 播报 评论 原创 转载 置顶 头条 首发 独家 推荐 网络 互联网 综合 整合 未知 佚名 不详 投稿 匿名 原文 视频 音频 图片 广告 "
    "Original Comments Updated Published Read More unknown name none null undefined HKT SGT MYT CST GMT UTC"
)
BUTTONS = frozenset(_BUTTONS.split())
_NO_NAMES = frozenset(
    "".join(word.split()).lower()
    for words in (*LABELS.values(), _BUTTONS, _SAID_INSTEAD)
    for word in words.split()
)
_COUNT = re.compile(
    r"[\d,，.]{1,15}\s?(?:万|[wWkK])?\s?(?:次|人|条|個|个|篇|则|則)?(?:阅读|浏览|点击|评论|跟贴|参与|关注|点赞|观看|播放|評論|瀏覽)?"
)
_ADDRESS = re.compile(
    r"https?:|www\.|[\w.-]{2,60}\.(?:com|cn|net|org|gov|edu|info|tv|hk|tw|mo|me|example)(?:/.*)?$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}[:：]\d\d")
# A reader's or writer's place by their network: 来自澄江, IP属地：澄江.
_PLACE = re.compile(r"(?:发布于|发表于|来自|來自|IP\s?属地)")


def _spaced(words: str) -> str:
    """The alternatives of `words` with room for the spaces that pages put inside labels (来　源)."""
    return "|".join(GAP.join(w) for w in sorted(words.split(), key=len, reverse=True))


@cache
def label_pattern() -> re.Pattern:
    """What finds the next label with a colon; its group names say of what. Compiled when first needed: it takes a tenth of
    a second."""
    words = "|".join(f"(?P<{k}>{_spaced(v)})" for k, v in LABELS.items())
    return re.compile(
        rf"(?<![\u4e00-\u9fff\w，、；“])(?:{words})(?:者|人)?{GAP}(?:[:：]|(?<=来源于)|(?<=转自)|(?<=出处))"
    )


@cache
def bare_label_pattern() -> re.Pattern:
    """What finds a label without a colon: a time's right before the time, a source's where something begins."""
    start = r"(?:^|(?<=[\n\t|｜丨︱　 ]))"
    times = "|".join(rf"(?P<{kind}>{_spaced(LABELS[kind])})" for kind in ("time", "updated"))
    sources = _spaced(
        "来源 稿源 转自 转载自 文章来源 新闻来源 信息来源 稿件来源 本文来源 來源 文章來源 資料來源 轉載自 Source"
    )
    return re.compile(
        rf"{start}(?:(?:{times})[\s　]{{0,4}}(?=(?:19|20)\d\d|\d\d-\d\d|民[国國]|二[〇○零])"
        rf"|(?P<source>{sources})(?:[ \t　\xa0]{{0,4}}{BAR}|[ \t　\xa0]{{1,4}})[ \t　\xa0]{{0,4}}(?=[^\s:：|｜丨︱/／]))"
    )


def is_no_name(text: str) -> bool:
    """Whether `text` can't name a source or a person: a label, a control, a time, a count, a place, an address."""
    words = "".join(text.split()).lower().strip(":：+＋#＃·")
    return (
        not words
        or words in _NO_NAMES
        or bool(WRITTEN.search(text) or _CLOCK.search(text))
        or bool(RELATIVE.fullmatch(words) or _COUNT.fullmatch(words))
        or bool(_ADDRESS.match(words) or _PLACE.match(words))
        or not re.search(r"[^\W\d_]", words)
    )

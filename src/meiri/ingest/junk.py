"""What stands around an article on Chinese pages and is not part of it."""

import re

from meiri.ingest.metaline import is_meta_line

# Words in class and id that name what is around an article.
AROUND = frozenset(
    [
        "share",
        "sharing",
        "bdshare",
        "jiathis",
        "comment",
        "comments",
        "cmt",
        "pinglun",
        "reply",
        "footer",
        "foot",
        "sidebar",
        "aside",
        "nav",
        "navbar",
        "navigation",
        "menu",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "recommend",
        "recommended",
        "recommendation",
        "related",
        "relate",
        "relevant",
        "rel",
        "hot",
        "hotlist",
        "rank",
        "ranking",
        "paihang",
        "ad",
        "ads",
        "adv",
        "advert",
        "advertisement",
        "guanggao",
        "banner",
        "copyright",
        "toolbar",
        "login",
        "signin",
        "signup",
        "pager",
        "pagination",
        "popup",
        "qrcode",
        "erweima",
        "subscribe",
        "newsletter",
        "promo",
        "sponsor",
        "sponsored",
        "social",
        "tuijian",
        "xiangguan",
        "links",
        "friendlink",
        "friendlinks",
        "topbar",
        "footbar",
        "disclaimer",
        "shengming",
        "statement",
        "teaser",
        "teasers",
        "widget",
        "cookie",
        "cookies",
        "consent",
        "paywall",
        "dashang",
        "reward",
    ]
)
# A heading, or a line by itself, after which no article goes on.
_AFTERWARDS = re.compile(
    r"^[\s【\[■◆●▼▶>»|丨#*·—-]*(?:"
    r"(?:更多|相关|推荐|热门|热点|延伸|精彩|猜你喜欢|猜你感兴趣|为你|为您|最新|今日|本周|一周|24小时|48小时|小时|大家都在|大家还在|大家都爱|热文|点击|阅读|编辑|往期|图文|头条|往日|综合|视频|图片)"
    r"(?:更多)?(?:精彩|相关|热门|热点|延伸|今日|本站|最新)?"
    r"(?:推荐|阅读|新闻|文章|热点|排行榜?|排行|资讯|内容|报道|链接|热文|热搜|热榜|看点|搜索|话题|专题|看|喜欢|回顾|关注|要闻|信息|稿件|评论|图集|视频|点击)"
    r"(?:推荐|排行榜?|阅读)?"
    r"|更多推荐|今日热点|相关阅读|猜你喜欢|你可能(?:也|还)?(?:会)?(?:喜欢|感兴趣)的?|您可能(?:也|还)?(?:喜欢|感兴趣)的?(?:文章)?|看了又看|热评|排行榜|下一篇|上一篇|人气排行"
    r"|(?:网友|全部|最新|热门|精彩|精选|用户|我要|发表|文章|参与)?(?:评论|跟贴|留言|评论区|回复)(?:区|列表|专区)?|我来说两句|我要评论|发表评论|网友评论仅供.*"
    r"|友情链接|合作媒体|关于我们|联系我们|版权声明|免责声明|网站地图|網友評論|相關新聞|相關閱讀|延伸閱讀|熱門新聞|推薦閱讀|更多新聞|最新新聞|猜你喜歡"
    r"|related (?:articles?|stories|news|posts|content)|more (?:stories|news|from .{1,30}|on this story)|recommended(?: for you)?|read more|most (?:read|popular)|you (?:may|might) (?:also )?like|comments?"
    r")[\s：:】\]▼>»+(（\d)）更多查看全部换一批MOREmore…]*$",
    re.IGNORECASE,
)
# Lines that end a text on Chinese pages: taken away from its end, where they stand alone.
_CLOSING = re.compile(
    r"(?:^[（(【\[]?(?:责任编辑|责编|编辑|本文编辑|网络编辑|校对|审核|监制|编审|值班编辑|值班主任|主编|终审|复审|初审|一审|二审|三审|一校|二校|三校|審核|責任編輯)[^。！？]{0,60}$)"
    r"|版权(?:所有|归|声明)|转载(?:请|须|自)|未经.{0,12}(?:授权|许可|允许|书面).{0,40}(?:转载|使用|复制)|侵权(?:必究|.{0,12}(?:删除|联系))|如有侵权|免责声明|不代表本(?:网|站|报|平台)"
    r"|^(?:©|\(c\)|copyright)|ICP[备证]|公网安备|网安备|增值电信|违法(?:和不良信息)?举报|网络文化经营许可|互联网新闻信息服务许可|广播电视节目制作|信息网络传播"
    r"|^(?:本文|文章|稿件|本稿)(?:来源|作者|转自|首发|系|链接|地址|由.{1,20}(?:授权|发布))[:：]?.{0,40}$|^特别声明|^声明[:：]|^郑重声明|^免责|^举报(?:邮箱|电话)"
    r"|^(?:返回|回到)(?:首页|顶部|列表|.{1,8}首页)|查看(?:更多|全文)|^(?:下载|打开).{0,12}(?:APP|客户端)|客户端(?:下载|阅读).{0,10}$|关注.{0,12}(?:公众号|微信|微博)|^微信(?:扫一扫|公众号)|扫(?:描|一扫).{0,10}二维码|长按.{0,10}识别"
    r"|^(?:上|下)一[篇条页][:：]|^\[?(?:打印|关闭|收藏|纠错|顶部|大|中|小)[】\] ]|^(?:分享|打印|收藏|点赞|举报|纠错|评论|赞|踩|打赏|喜欢)(?:到|本文|文章)?[\s　(（\d)）:：]*$"
    r"|^[-—=\s*]*(?:THE END|END|完|全文完)[-—=\s*]*$|^(?:标签|关键词|关键字|TAGS?)[:：]|^文章标签|^(?:点击|阅读|浏览)(?:量|数|次数)?[:：]?\s?\d+$|^打开APP|^分享.{0,12}$",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"ICP[备证]|公网安备|网安备\d|Copyright|All Rights Reserved|版权所有|互联网新闻信息服务许可证|無断転載",
    re.IGNORECASE,
)
_EDITOR = re.compile(
    r"^[\s（(【\[]*(?:本文)?(?:责[\s　]*任[\s　]*编[\s　]*辑|责[\s　]*编|責任編輯)[\s　]*[:：|｜/]"
)
_CONTROLS = re.compile(
    r"^(?:[【\[（(]\s*(?:我要)?(?:打印|关闭|纠错|返回|收藏|分享|推荐|顶部|字体|字号|大|中|小)[^】\]）)]{0,8}[】\]）)][\s|]*)+$"
)
_COMMENTS = re.compile(r"评论|跟贴|留言|回复|comments?\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:字号|字体|字體|分享|打印|收藏|评论|分享到|我要评论|扫一扫.{0,16}|用微信扫.{0,30}|点击(?:收听|播放|关注).{0,16}|听新闻|语音播报|关注|\+关注|已关注|订阅|原创|转载|返回|小|中|大|A[+-]?|T[+-]?|0|举报|纠错|查看原文|收听本文|您的浏览器.{0,30}|播报文章|暂停|编者按)[\s:：|｜、/大中小+\-\d()（）T]*$"
)


def ends_articles(text: str) -> bool:
    """Whether `text` is the heading of what follows articles: 更多推荐, 相关阅读, 网友评论…"""
    return len(text) <= 40 and bool(_AFTERWARDS.match(text.strip()))


def begins_comments(text: str) -> bool:
    return ends_articles(text) and bool(_COMMENTS.search(text))


def closes_text(text: str, line: str | None = None) -> bool:
    """Whether `text`, at the very end of a body, is a notice or an editor's line, not the article's own words."""
    text = text.strip()
    if len(text) > 260:
        return False
    if len(text) <= 200 and _CLOSING.search(text) and text.count("。") <= 3:
        return True
    return is_meta_line(line if line is not None else text)


def signs_off(text: str, line: str | None = None) -> bool:
    """Whether `text` is the responsible editor's line, after which nothing of the article follows."""
    return bool(_EDITOR.match(text)) and is_meta_line(line if line is not None else text)


def opens_page(text: str) -> bool:
    """Whether `text`, before the body, is a control: 字号, 分享, 打印…"""
    text = text.strip()
    return len(text) <= 40 and bool(_OPENING.match(text) or _CONTROLS.match(text))

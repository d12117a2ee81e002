"""What stands around an article on Chinese pages and is no part of it: told by the whole of a block, never by a word in it."""

import re

from meiri.ingest.labels import BUTTONS
from meiri.ingest.metaline import credits_in, is_meta_line

# Words in class and id that name what is around an article.
AROUND = frozenset(
    """share sharing bdshare jiathis comment comments cmt pinglun reply footer foot sidebar aside nav navbar navigation menu
    breadcrumb breadcrumbs crumb crumbs recommend recommended recommendation related relate relevant rel hot hotlist rank
    ranking paihang banner copyright toolbar login signin signup pager pagination popup qrcode erweima subscribe newsletter
    promo sponsor sponsored social tuijian xiangguan links friendlink friendlinks topbar footbar disclaimer shengming
    statement teaser teasers widget cookie cookies consent paywall dashang reward player vjs videojs jwplayer""".split()  # noqa: SIM905
)
_ADVERTISEMENT = re.compile(
    r"(?:ad|ads|adv|advert|advertisement|adsbygoogle|gg|guanggao)(?:box|area|wrap|wrapper|banner|slot|unit|con|content|img|pic)?"
)
# A heading, or a line by itself, after which no article goes on.
_AFTERWARDS = re.compile(
    r"^[\s【\[■◆●▼▶>»|丨#*·—-]*(?:"
    r"(?:更多|相关|推荐|热门|热点|延伸|精彩|猜你喜欢|猜你感兴趣|为你|为您|最新|今日|本周|一周|24小时|48小时|小时|大家都在|大家还在|大家都爱|热文|点击|阅读|编辑|往期|图文|头条|往日|综合|视频|图片|新闻|相關|熱門|推薦)"
    r"(?:更多)?(?:精彩|相关|热门|热点|延伸|今日|本站|最新)?"
    r"(?:推荐|阅读|新闻|文章|热点|排行榜?|排行|资讯|内容|报道|链接|热文|热搜|热榜|看点|搜索|话题|专题|看|喜欢|回顾|关注|要闻|信息|稿件|评论|图集|视频|点击|新聞|報導|閱讀)"
    r"(?:推荐|排行榜?|阅读)?(?:请见|請見)?"
    r"|更多|更多推荐|今日热点|相关阅读|猜你喜欢|你可能(?:也|还)?(?:会)?(?:喜欢|感兴趣)的?|您可能(?:也|还)?(?:喜欢|感兴趣)的?(?:文章)?|看了又看|热评|排行榜|人气排行"
    r"|(?:网友|全部|最新|热门|精彩|精选|用户|我要|发表|文章|参与)?(?:评论|跟贴|留言|评论区|回复)(?:区|列表|专区)?|我来说两句|我要评论|发表评论|暂无评论|网友评论仅供.*"
    r"|友情链接|合作媒体|关于我们|联系我们|版权声明|免责声明|网站地图|網友評論|相關新聞|相關閱讀|延伸閱讀|熱門新聞|推薦閱讀|更多新聞|最新新聞|猜你喜歡"
    r"|related (?:articles?|stories|news|posts|content)|more (?:stories|news|from .{1,30}|on this story)|recommended(?: for you)?|read more|most (?:read|popular)|you (?:may|might) (?:also )?like|comments?"
    r")[\s：:】\]▼>»+(（\d)）更多查看全部换一批MOREmore…]*$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"评论|跟贴|留言|回复|評論|comments?\b", re.IGNORECASE)
# “相关阅读：另一篇的标题”, “上一篇：没有了”: a line that leads elsewhere by itself.
_ELSEWHERE = re.compile(
    r"^[\s【\[▶>»●·]{0,4}(?:[上下]一[篇条页则]|相关(?:阅读|新闻|报道|链接|推荐)|延伸(?:阅读|閱讀)|推荐阅读|立即閱讀|立即阅读|點擊閱讀|点击阅读|更多(?:阅读|新闻|内容|报道)|阅读更多|编辑推荐|往期回顾|相關新聞|延伸閱讀)"
    r"】?\]?\s?[:：|｜>》»]\s?[^。]{0,80}$"
)
# Notices: how a site speaks of itself and its rights, at the beginning of a block.
_SELF = r"本(?:网|站|报|刊|平台|公众号|号|台|网站|社|媒体|網)"
_RIGHTS = re.compile(
    rf"^[\s（(【\[*※·—-]{{0,6}}(?:"
    r"(?:©|\(c\)|copyright\b)[^\n。]{0,20}(?:19|20)\d\d|版权所有|版權所有|版权归|all rights reserved|(?:版权|免责|版權|免責)(?:声明|聲明)[\s:：]"
    rf"|(?:特别|郑重|重要|法律|版权|免责)?(?:声明|聲明|提示|说明)[:：][^\n]{{0,200}}?(?:{_SELF}|转载|轉載|侵权|版权|著作|授权|免责|删除|不代表|仅代表|自行承担|投资建议)"
    r"|(?:未经|未經)[^\n，。]{0,16}(?:授权|许可|允许|书面|同意|許可|授權)[^\n。]{0,40}(?:转载|使用|复制|轉載|摘编|镜像|改编)"
    r"|[^\n。]{0,60}無断転載"
    rf"|{_SELF}[^。\n]{{0,24}}(?:非經|未經|非经|未经)(?:授權|授权|許可|许可|同意)[^。\n]{{0,6}}不得(?:轉載|转载)"
    r"|(?:歡迎|欢迎)[^。\n]{0,12}(?:轉貼|转贴|分享|轉傳|转传)[^。\n]{0,40}(?:未經|未经)(?:授權|授权|許可|许可|同意)[^。\n]{0,4}(?:請勿|请勿|不得)"
    r"|本(?:网站|站|平台)(?:所有|发布|内容|文章|提供|仅|部分|资源|图片|不|对|有权|转载)"
    r"|(?:凡|如|若|以上|本文|本网|本平台|文章|稿件|此文|该文|部分|图片|转载|文中|上述|所有)[^\n]{0,120}?(?:请注明(?:出处|来源)|不代表[^\n，。]{0,12}(?:立场|观点)|仅代表作者|文责自负|不构成投资建议|联系[^\n，。]{0,8}删除)"
    r")",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"ICP[备证]案?\s?(?:第\s?)?\d|(?:公网安备|网安备)\s?(?:第\s?)?\d|(?:许可证|服务许可证|备案)(?:编号|号)?[:：]?\s?[\dA-Z（(]{4}|(?:©|copyright\b)[^\n。]{0,20}(?:19|20)\d\d|all rights reserved",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"^[\s▼▲↓（(【]{0,4}(?:"
    r"(?:网上)?(?:违法)?(?:和|及|与)?(?:不良信息)?(?:举报|纠错|报料|爆料|投稿)(?:电话|邮箱|热线|平台|中心|微信)?[:：\s]|(?:新闻|报料|爆料|服务)(?:热线|电话)[:：\s]?\s?\d"
    r"|(?:扫|长按|识别|微信扫|用微信)[^。]{0,30}(?:二维码|扫一扫|扫码|手机打开|手机阅读|关注|当前页|下载)[^。，]{0,20}$"
    r"|(?:点击|猛戳|戳)[^。]{0,8}(?:蓝字|上方|下方|左下角|阅读原文)[^。]{0,20}$|关注[^。，]{0,20}(?:公众号|微信|微博|客户端|我们)[^。，]{0,20}$|点个?[“\"]?(?:在看|赞)[^。]{0,20}$"
    r"|(?:下载|打开|點我下載|点我下载|安装)[^。，]{0,16}(?:APP|客户端)[^。，]{0,12}$|[^。]{0,24}用APP看新聞[^。]{0,40}$|[^。，]{0,16}[，,]?(?:可以?|即可|請|请|马上|立即|立刻|即)?(?:下载|下載)[「“]?[^。，]{0,12}[」”]?\s?APP[！!]?$|【[^】]{0,12}APP】[^。]{0,40}$|[^。，]{0,12}(?:請|请)即?(?:Like|讚好|追蹤|关注|關注)[^。，]{0,16}(?:專頁|专页|頻道|频道|facebook)[^。，]{0,8}$|(?:返回|回到)[^。]{0,12}(?:首页|顶部|查看更多)$|查看(?:更多|全文|原文)$"
    r"|可?畅读全文$|(?:订阅|开通|升级|成为|加入)(?:/|会员|VIP)[^。]{0,20}$|剩余\d{1,2}%|本文为付费[^。]{0,20}$|登录后[^。]{0,12}全文$|试读结束"
    r")",
    re.IGNORECASE,
)
# Part of a notice only beside one: whose a site is and where, and what it offers.
_ABOUT_THE_SITE = re.compile(
    r"^(?:(?:主办|主辦|承办|主管|协办)(?:单位)?[:：]|(?:地址|通讯地址|联系地址|编辑部|联系电话|电话|邮箱|邮编|传真)[:：]|(?:推荐|欢迎)(?:进入|下载|订阅|关注)|[^。]{0,30}https?://|不用抽)"
)
_THE_END = re.compile(r"^[-—=~*·\s]{0,12}(?:THE END|END|完|全文完|本文完)[-—=~*·\s]{0,12}$", re.IGNORECASE)
_CREDIT = re.compile(
    r"^[\s（(【\[]{0,3}(?:责任编辑|责编|编辑|本文编辑|网络编辑|校对|审核|监制|编审|值班编辑|值班主任|主编|终审|复审|初审|一审|二审|三审|一校|二校|三校|審核|責任編輯|原标题|原題|出品|统筹|策划|标签|关键词|关键字|TAGS?|文章标签|本文(?:来源|作者|转自)|文章来源|稿件来源|本文首发|原文网址|原文網址|原文链接|原文連結|文章链接|文章連結)"
    r"[\s　:：|｜丨︱/／][^。！？]{0,60}$|^(?:本文|本稿)(?:首发|由.{1,20}(?:授权|发布))[^。，]{0,30}$|^(?:点击|阅读|浏览|赞|在看|点赞)(?:量|数|次数)?[:：]?\s?[\d.]{1,9}万?$",
    re.IGNORECASE,
)
_EDITOR = re.compile(
    r"^[\s（(【\[]*(?:本文)?(?:责[\s　]*任[\s　]*编[\s　]*辑|责[\s　]*编|責任編輯)[\s　]*[:：|｜/]"
)
_TOKENS = re.compile(r"[\s|｜丨︱、/／，,·:：（()）\[\]【】<>《》]+")
_NUMBER = re.compile(r"[+＋]?\d[\d.,万%]*[xXPp次条人]?")
_EDITION = re.compile(r"^第?\s?[A-Z]?[\dA-Z零一二三四五六七八九十]{1,4}\s?版(?:[:：]\s?.{1,12})?$")
_ASKING = re.compile(
    r"^(?:您的浏览器[^。]{0,30}|[為为][達达获獲][^。]{0,8}[瀏浏][覽览][^。]{0,50}[瀏浏][覽览]器。?|[請请][繼继][續续]往下[閱阅滑][^。]{0,6}|[請请](?:先)?(?:订阅|訂閱|登录|登入|登錄|注册|註冊)[^。]{0,16}(?:阅读|閱讀)[^。]{0,4}全文[！!。]?|扫一扫[^。]{0,16}|用微信扫[^。]{0,30}|播报文章|语音播报)$"
)
_TRAILING = re.compile(r"(?<=[。！？”…!?])\s{0,4}([^。！？”…!?\n]{2,20})$")


def is_around(words: set[str]) -> bool:
    """Whether words of a class or id name something around an article."""
    return bool(words & AROUND) or any(_ADVERTISEMENT.fullmatch(word) for word in words)


def ends_articles(text: str) -> bool:
    """Whether `text` is the heading of what follows articles: 更多推荐, 相关阅读, 网友评论… An article may have such a heading
    of its own: what stands below it decides."""
    return len(text) <= 40 and bool(_AFTERWARDS.match(text.strip()))


def begins_comments(text: str) -> bool:
    return ends_articles(text) and bool(_COMMENTS.search(text))


def leads_elsewhere(text: str) -> bool:
    """Whether `text` is a line to another article: 相关阅读：…, 上一篇：…"""
    return len(text) <= 120 and bool(_ELSEWHERE.match(text))


def is_record(text: str) -> bool:
    """Whether `text` is a site's licence or copyright line, with its number."""
    return len(text) <= 400 and "。" not in text and bool(_RECORD.search(text))


def is_notice(text: str) -> bool:
    """Whether the whole of `text` is a notice of the site, not the article's own words."""
    text = text.strip()
    if len(text) > 400:
        return False
    return is_record(text) or bool(_RIGHTS.match(text)) or (len(text) <= 80 and bool(_PROMOTION.match(text)))


def is_about_the_site(text: str) -> bool:
    """Whether `text` could be a site's address or offer. Alone it may as well be the article's."""
    return len(text) <= 200 and bool(_ABOUT_THE_SITE.match(text.strip()))


def is_the_end(text: str) -> bool:
    return bool(_THE_END.match(text))


def is_credit(text: str, line: str | None = None) -> bool:
    """Whether `text` names who made the article, or where it comes from, and nothing else."""
    text = text.strip()
    if len(text) <= 120 and _CREDIT.match(text):
        return True
    line = line if line is not None else text
    return is_meta_line(line) and credits_in(line)


def signs_off(text: str, line: str | None = None) -> bool:
    """Whether `text` is the responsible editor's line, after which nothing of the article follows."""
    return bool(_EDITOR.match(text)) and is_meta_line(line if line is not None else text)


def is_control(text: str) -> bool:
    """Whether `text` is nothing but buttons, labels of buttons and their numbers: 字号, 分享, 【打印】, +1."""
    text = text.strip()
    if not 0 < len(text) <= 60:
        return False
    if _EDITION.match(text) or _ASKING.match(text):
        return True
    parts = [part for part in _TOKENS.split(text) if part]
    pressed = [part for part in parts if part in BUTTONS or part.lstrip("+＋") in BUTTONS]
    numbers = [part for part in parts if _NUMBER.fullmatch(part)]
    if len(pressed) + len(numbers) < len(parts):
        return False
    return bool(pressed) or (len(parts) == 1 and text[0] in "+＋")


def trailing_control(text: str) -> str:
    """The button that stands behind the last sentence of a paragraph (返回首页，查看更多), empty where there is none."""
    match = _TRAILING.search(text)
    return match[1] if match and is_control(match[1]) else ""

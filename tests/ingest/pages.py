"""Pages for tests, as a portal serves them."""

PARAGRAPHS = (
    "清晨六点，余杭区的稻田上空传来嗡嗡声，三架无人机沿着田埂依次升空。",
    "“以前巡一遍要半天，现在二十分钟。”合作社负责人说。",
    "据介绍，该项目覆盖一万二千亩，节水约三成。",
)
TITLE = "杭州试点智慧农业 无人机巡田节水三成"


def a_portal_page(charset="utf-8", title=TITLE, paragraphs=PARAGRAPHS, extra="") -> str:
    body = "".join(f"<p>　　{p}</p>" for p in paragraphs)
    return f"""<!DOCTYPE html>
<!-- saved from url=(0050)https://www.meiri.example/keji/2026/1123/42.html -->
<html><head><meta charset="{charset}"><title>{title}_科技前沿_每日新闻网</title></head><body>
<div class="top"><a href="/">首页</a><a href="/login">登录</a></div>
<ul class="nav"><li><a href="/yw/">要闻</a></li><li><a href="/kx/">快讯</a></li><li><a href="/keji/">科技前沿</a></li></ul>
<div class="wrap"><div class="left">
<div class="path"><a href="/">每日新闻网</a> &gt; <a href="/keji/">科技前沿</a> &gt; {title}</div>
<h1>{title}</h1>
<div class="info">来源：<a href="https://jiangnan.example/">江南晚讯</a> | 时间：2026-11-23 10:20:30 | 点击：1203</div>
<div class="con">{body}{extra}</div>
<p>作者：林晚舟 周牧之</p><p>责任编辑：沈砚</p>
<div class="share">分享到：微信 微博</div>
<h3>更多推荐</h3><ul>
<li><a href="/1">山城夜色里的灯会</a><p>入夜之后，江边的灯次第亮起来，市民扶老携幼前来观看，现场十分热闹。</p></li>
<li><a href="/2">一位护林员的三十年</a><p>三十年间，他走遍了这片林子的每一条沟，记下了四十多本日记。</p></li></ul></div>
<div class="right"><h3>今日热点</h3><ol><li><a href="/3">海上风电并网</a></li><li><a href="/4">地铁新线开通</a></li></ol></div></div>
<div id="pl"><h3>网友评论</h3><p>海角：写得好，我们村也想用，请问哪里可以买到这样的设备呢？</p></div>
<div class="footer"><p>关于我们 | 联系我们</p><p>每日新闻网 版权所有 京ICP备12345678号-1 京公网安备 11010102000001号</p></div>
</body></html>"""


COPIED = f"""每日新闻网 > 科技前沿 > {TITLE}
{TITLE}
来源：江南晚讯 | 时间：2026-11-23 10:20:30 | 点击：1203
　　{PARAGRAPHS[0]}
　　{PARAGRAPHS[1]}
　　{PARAGRAPHS[2]}
作者：林晚舟
责任编辑：沈砚
更多推荐
山城夜色里的灯会
入夜之后，江边的灯次第亮起来，市民扶老携幼前来观看，现场十分热闹。
今日热点
海上风电并网
京ICP备12345678号"""

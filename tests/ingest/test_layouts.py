"""The layouts that Chinese sites have in common, each with the same invented news in it."""

import pytest

from meiri.ingest.html import read_page
from meiri.ingest.sanitise import plain

PARAGRAPHS = [
    "记者从市气象台获悉，未来三天冷空气将自北向南影响全市，最低气温降至零下二度。",
    "气象台提醒，早晚温差较大，外出请注意添衣，农户要做好蔬菜大棚的保温工作。",
    "据悉，今年入冬以来降水偏少，森林火险等级偏高，请勿携带火种进山。",
    "相关部门表示，将加密监测频次，及时发布预警信息，确保群众平安过冬。",
]
TEXT = "".join(f"<p>　　{p}</p>" for p in PARAGRAPHS)
HEADLINE = "冷空气将至 气象台提醒做好防寒保暖"
NAVIGATION = (
    '<div class="nav">'
    + "".join(
        f'<a href="/{i}">{w}</a>'
        for i, w in enumerate(
            ["首页", "新闻", "财经", "科技", "体育", "娱乐", "汽车", "房产", "教育", "健康"]
        )
    )
    + "</div>"
)
RECOMMENDED = (
    '<div class="tuijian"><h3>相关新闻</h3><ul>'
    + "".join(
        f'<li><a href="/n{i}">一条别的新闻标题在这里第{i}条</a> 2019-09-0{i} 10:00</li>' for i in range(1, 8)
    )
    + "</ul></div>"
)
FOOTER = (
    '<div class="foot">关于我们 | 广告服务 | Copyright © 1996-2019 Meiri Example, All Rights Reserved</div>'
)
LAYOUTS = {
    "time_and_source_side_by_side": f'<html><head><title>{HEADLINE}|冷空气_江南新闻</title><meta property="article:published_time" content="2019-09-07T20:30:15+08:00"><meta name="mediaid" content="北岭日志"></head><body>{NAVIGATION}<h1 class="main-title">{HEADLINE}</h1><div class="top-bar"><div class="date-source"><span class="date">2019年09月07日 20:30</span><span class="source ent-source">北岭日志</span></div></div><div class="article" id="artibody"><div class="img_wrapper"><img src="//img.example/a.jpg"><span class="img_descr">资料图</span></div>{TEXT}<p class="show_author">责任编辑：张三 SN123</p></div>{RECOMMENDED}<div id="comment">评论</div>{FOOTER}</body></html>',
    "account_with_statement": f'<html><head><title>{HEADLINE}_江南号</title></head><body>{NAVIGATION}<div class="left"><div class="user-info"><h4><a>北岭日志</a></h4><dl><dd><em>1234</em>文章</dd><dd><em>2亿</em>总阅读</dd></dl></div></div><div class="text"><div class="text-title"><h1>{HEADLINE}<span class="article-tag"></span></h1><div class="article-info"><span class="time" id="news-time">2019-09-07 20:30</span><span data-role="original-link">来源: <a href="x">北岭日志</a></span></div></div><article class="article" id="mp-editor"><p>原标题：{HEADLINE}</p>{TEXT}<p>返回江南号，查看更多</p><p>责任编辑：</p></article><div class="statement">声明：该文观点仅代表作者本人，江南号系信息发布平台，江南号仅提供信息存储空间服务。</div><div class="bottom-relate-wrap"><span class="read-wrap">阅读 (<em>1034</em>)</span></div></div>{RECOMMENDED}{FOOTER}</body></html>',
    "kicker_author_and_bracketed_editor": f'<html><head><meta http-equiv="content-type" content="text/html;charset=GB2312"><title>{HEADLINE}--社会--江南网</title><meta name="publishdate" content="2019-09-07"><meta name="source" content="来源：北岭日志"><meta name="editor" content="100"></head><body>{NAVIGATION}<div class="path"><a>江南网</a>>><a>社会</a></div><div class="clearfix w1000_320 text_title"><h3 class="pre">引题在这里</h3><h1>{HEADLINE}</h1><h4 class="sub"></h4><p class="author">张三</p><div class="box01"><div class="fl">2019年09月07日20:30&nbsp;&nbsp;来源：<a href="http://x.cn">北岭日志</a></div></div></div><div class="box_con" id="rwb_zw">{TEXT}<div class="zdfy"></div></div><div class="edit clearfix">(责编：李四、王五)</div>{RECOMMENDED}{FOOTER}</body></html>',
    "headline_in_a_div": f'<html><head><title>\n{HEADLINE}\n-江南网\n</title></head><body>{NAVIGATION}<div class="h-title">\n{HEADLINE}</div><div class="h-info"><span class="h-time"> 2019-09-07 20:30:15</span> 来源： <em id="source"> 北岭日志</em></div><div id="p-detail">{TEXT}<p><span>【纠错】</span></p><p><span class="editor">责任编辑： 李四 </span></p></div>{RECOMMENDED}{FOOTER}</body></html>',
    "nested_source": f'<html><head><title>{HEADLINE}__江南网</title></head><body>{NAVIGATION}<div class="artical-25"><h1 class="topic-3">{HEADLINE}</h1><div class="info-1"><div class="timeBref"><a>2019年09月07日 20:30:15</a><span>来源：<a><span>北岭日志</span></a></span></div></div><div class="main_content"><div class="text-3">{TEXT}</div></div></div><div class="comment">0人参与 0评论</div>{RECOMMENDED}{FOOTER}</body></html>',
    "paragraphs_by_line_breaks": f'<html><head><title>{HEADLINE}_江南号·媒体_江南新闻-The Jiangnan</title></head><body>{NAVIGATION}<h1 class="news_title">{HEADLINE}</h1><div class="news_about"><p>北岭日志记者 张三</p><p>2019-09-07 20:30 <span>来源：<span>北岭日志</span></span></p></div><div class="news_txt">{PARAGRAPHS[0]}<br/><br/>{PARAGRAPHS[1]}<br/><br/>{PARAGRAPHS[2]}<br>{PARAGRAPHS[3]}</div><div class="news_editor">责任编辑：李四校对：王五</div><div>北岭日志报料：021-962866</div>{RECOMMENDED}{FOOTER}</body></html>',
    "unlabelled_source": f'<html><head><title>{HEADLINE}</title></head><body><div class="article-box"><h1 class="article-title">{HEADLINE}</h1><div class="article-sub"><span class="original">原创</span><span>北岭日志</span><span>2019-09-07 20:30:15</span></div><div class="article-content"><div>{TEXT}</div></div><div class="tag-box"><ul><li>气象</li><li>保暖</li></ul></div></div><div class="c-comment"><div class="c-header"><em>12</em>条评论</div><ul><li><p>说得对，这几天真的很冷，大家注意保暖。</p></li></ul></div></body></html>',
    "layout_by_tables": f'<html><head><title>{HEADLINE}-某市政府门户网站</title></head><body><table><tr><td>首页</td><td>要闻</td></tr></table><table><tr><td>您现在的位置：<a>首页</a> > <a>政务动态</a> > <a>部门动态</a></td></tr><tr><td align="center" class="bt">{HEADLINE}</td></tr><tr><td align="center">信息来源：北岭日志&nbsp;&nbsp;发布时间：2019-09-07 20:30:15&nbsp;&nbsp;浏览次数：<span id="hits">356</span>&nbsp;&nbsp;字号：[ <a>大</a> <a>中</a> <a>小</a> ]</td></tr><tr><td><div class="TRS_Editor"><style>p{{}}</style>{"".join(f"<div>　　{p}</div>" for p in PARAGRAPHS)}</div></td></tr><tr><td>【<a>打印</a>】【<a>关闭</a>】</td></tr></table><table><tr><td>主办：某市人民政府办公室　承办：某市信息中心　备案序号：京ICP备05000000号</td></tr></table></body></html>',
    "disclaimer_at_the_end": f'<html><head><title>{HEADLINE}_江南头条</title></head><body>{NAVIGATION}<h1>{HEADLINE}</h1><div class="source"><i>2019-09-07 20:30:15</i><i>来源：北岭日志</i></div><div id="content">{TEXT}</div><p>声明：转载此文是出于传递更多信息之目的。若有来源标注错误，请联系删除。</p>{RECOMMENDED}{FOOTER}</body></html>',
    "no_structure_at_all": f'<html><head><title>{HEADLINE}</title></head><body>{NAVIGATION}<center><h2>{HEADLINE}</h2>发表时间：2019-9-7 20:30:15 作者：张三 来源：北岭日志 点击数：88</center><div id="zoom">　　{PARAGRAPHS[0]}<br>　　{PARAGRAPHS[1]}<br>　　{PARAGRAPHS[2]}<br>　　{PARAGRAPHS[3]}<br></div>上一篇：<a>别的</a> 下一篇：<a>还有</a>{FOOTER}</body></html>',
    "semantic_html": f'<html><head><title>{HEADLINE} - 北岭博客 - 江南社区</title></head><body>{NAVIGATION}<article><header><h1>{HEADLINE}</h1><p class="meta">由 <a rel="author">张三</a> 发表于 <time datetime="2019-09-07T20:30:15+08:00">2019年9月7日</time></p></header><div class="entry-content">{TEXT}<pre>print(1)</pre></div><footer>分类：<a>生活</a></footer></article><section id="comments"><h3>3 条评论</h3><p>写得真好，收藏了，谢谢分享这么有用的知识。</p></section></body></html>',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_common_layout_is_read(layout):
    article = read_page(LAYOUTS[layout])
    assert article.title == HEADLINE
    assert article.published_at.isoformat().startswith("2019-09-07T20:30")
    assert article.source == ("" if layout == "semantic_html" else "北岭日志")
    lines = plain(article.body).split("\n")
    assert [line for line in lines if line in PARAGRAPHS] == PARAGRAPHS
    assert len(lines) <= len(PARAGRAPHS) + 1


def test_people_are_found_where_a_layout_names_them():
    people = {name: (read_page(page).authors, read_page(page).editor) for name, page in LAYOUTS.items()}
    assert people["kicker_author_and_bracketed_editor"] == (["张三"], "李四")
    assert people["paragraphs_by_line_breaks"] == (["张三"], "李四")
    assert people["no_structure_at_all"] == (["张三"], "")
    assert people["semantic_html"] == (["张三"], "")
    assert people["time_and_source_side_by_side"] == ([], "张三")

"""A proposal for print: a letter without what tells who wrote it. An editor reads it, mends it and confirms it."""

import re
import unicodedata

from meiri.visitors.skeletons import skeleton

# Family names of two characters; all others are taken as one.
_DOUBLE = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "司徒",
        "东方",
        "夏侯",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "司空",
        "端木",
        "南宫",
        "独孤",
        "百里",
        "呼延",
    ]
)
_HIDDEN = "****"
# The digits of a number may stand apart: 138 0000 1234, 138-0000-1234.
_APART = r"[ \-—－·]?"
_HOUSE = (
    r"(?:[0-9一二三四五六七八九十百]+[A-Za-z]?|[A-Za-z][0-9]{0,3})"
    r"(?:号楼|号院|幢|栋|座|单元|弄|号|室)(?![线文令台桥机路])(?:之[0-9一二三四])?"
)
_RULES = [
    # Mail addresses: m***@…
    (re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,}"), r"\1***@***"),
    # Identity cards of 18 and 15 digits, bank cards: the first three digits stay.
    (re.compile(rf"(?<!\d)(\d{{3}})(?:{_APART}\d){{11,16}}{_APART}[\dXx]?(?!\d)"), rf"\1{_HIDDEN}"),
    # Mobile telephones, also with the country before them: 138****.
    (re.compile(rf"(?<!\d)(?:\+?86{_APART})?(1[3-9]\d)(?:{_APART}\d){{8}}(?!\d)"), rf"\1{_HIDDEN}"),
    # Telephones with an area: 0571-****.
    (re.compile(r"(?<!\d)(0\d{2,3})[ \-—－]?\d{7,8}(?!\d)"), rf"\1-{_HIDDEN}"),
    (re.compile(r"((?:电话|手机|座机|传真)[号码是为:： ]*)\d{7,8}(?!\d)"), rf"\1{_HIDDEN}"),
    (
        re.compile(r"((?:微信|QQ|qq|Qq|账号|帐号|抖音|快手)[号是为:： ]*)[A-Za-z0-9][A-Za-z0-9_-]{4,29}"),
        rf"\1{_HIDDEN}",
    ),
    # Number plates: 浙A·****.
    (
        re.compile(
            r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])[·• ]?[A-Z0-9]{5,6}(?![A-Za-z0-9])"
        ),
        rf"\1·{_HIDDEN}",
    ),
    # The house in an address: its street stays.
    (
        re.compile(
            rf"(?<![0-9一二三四五六七八九十百月第A-Za-z]){_HOUSE}(?:[ ,，]?{_HOUSE})*(?:[0-9]{{2,4}}(?!\d))?"
        ),
        "×号",
    ),
]
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,}")
_NUMERALS = str.maketrans("〇零一幺二两三四五六七八九", "0011223456789")
# So many digits in a row are read as somebody's number.
_LONG_NUMBER = re.compile(r"(?<!\d)\d{11,}(?!\d)")


def masked(name: str) -> str:
    """The name as readers see it: 林某某, 欧阳某."""
    family = _family(name) or "某"
    return family + "某" * min(max(len(name.strip()) - len(family), 1), 2)


def _family(name: str) -> str:
    name = name.strip()
    return name[:2] if name[:2] in _DOUBLE and len(name) > 2 else name[:1]


def proposal(text: str, name: str = "", contact: str = "") -> str:
    """`text` with numbers, addresses and the writer's own name and contact masked."""
    name, contact = name.strip(), contact.strip()
    if len(name) > 1:
        text = text.replace(name, masked(name))
        given = name[len(_family(name)) :]
        if len(given) > 1:
            text = text.replace(given, "某" * min(len(given), 2))
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    if len(contact) > 3:
        text = text.replace(contact, _HIDDEN)
    return _LONG_NUMBER.sub(lambda found: found[0][:3] + _HIDDEN, text)


def left_in(text: str, name: str, contact: str) -> list[str]:
    """What in `text` tells who wrote it, in words: the writer's name or contact, however it is spaced, widened or cased."""
    read = skeleton(text)
    told = []
    if len(skeleton(name)) > 1 and skeleton(name) in read:
        told.append("来信人的姓名")
    if any(words in read for words in _words_of(contact)) or any(
        number in _digits(read) or number in _digits(read.translate(_NUMERALS))
        for number in _numbers_of(contact)
    ):
        told.append("来信人的联系方式")
    return told


def _words_of(contact: str) -> set[str]:
    """What of a contact must not be found in a text: all of it, its mail addresses and their names, its account names."""
    mails = _MAIL.findall(unicodedata.normalize("NFKC", contact))
    names = [mail.partition("@")[0] for mail in mails]
    accounts = _ACCOUNT.findall(_MAIL.sub(" ", unicodedata.normalize("NFKC", contact)))
    words = {skeleton(one) for one in (contact, *mails, *accounts)}
    return {word for word in words if len(word) > 3} | {
        word for word in map(skeleton, names) if len(word) > 4
    }


def _numbers_of(contact: str) -> set[str]:
    """Its telephone and other numbers, without the country before them."""
    written = re.split(r"[^0-9 ()+.-]+", unicodedata.normalize("NFKC", contact))
    found = {re.sub(r"\A(?:00)?86(?=1[3-9][0-9]{9}\Z)", "", _digits(part)) for part in written}
    return {number for number in found if len(number) > 6}


def _digits(read: str) -> str:
    return "".join(character for character in read if "0" <= character <= "9")

"""Which language a text is in, as far as its script tells."""

import re

_SCRIPTS = {
    "bo": re.compile("[\u0f00-\u0fff]"),
    "mn": re.compile("[\u1800-\u18af]"),
    "ug": re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]"),
}
_UYGHUR = re.compile("[ۇۆۈۋېەڭ]")


def language_of(text: str) -> str:
    """zh, zh-Hant, ja, ko, bo, mn (in its own script), ug, or nothing where the script doesn't tell."""
    sample = text[:3000]
    for language, letters in _SCRIPTS.items():
        # Arabic letters are Uyghur's where those are among them that it alone has for its vowels.
        is_told = language != "ug" or len(_UYGHUR.findall(sample)) > 0.05 * len(sample)
        if is_told and len(letters.findall(sample)) > 0.3 * len(sample):
            return language
    han = sum("一" <= c <= "鿿" for c in sample)
    kana = sum("぀" <= c <= "ヿ" for c in sample)
    hangul = sum("가" <= c <= "힣" for c in sample)
    if max(han, kana, hangul) < 0.15 * len(sample) or not sample:
        return ""
    if hangul > han:
        return "ko"
    if kana > 0.1 * (han + kana):
        return "ja"
    traditional = sum(
        c
        in "國個來們為這後對過發學說經現動開無關問應長將兩間與體處當種機見產東車話還進點員實書業報記聞縣電網會時"
        for c in sample
    )
    return "zh-Hant" if traditional > 0.03 * han else "zh"

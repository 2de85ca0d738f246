"""The names of cultures that `ToLower` and `ToUpper` take, and the languages whose rules differ."""

from __future__ import annotations

import re
from typing import Final

TURKIC: Final = frozenset({"tr", "az"})
"""Languages that know a dotted and a dotless i."""

_NAME: Final = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8})*"
)

# ISO 639-1, and the three-letter languages that .NET has cultures for.
_LANGUAGES: Final = frozenset(
    code
    for line in (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv",
        "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr",
        "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw",
        "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv",
        "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr",
        "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi",
        "yo za zh zu",
        "agq arn asa ast bas bem bez bin brx ccp ceb cgg chr ckb dav dje doi dsb dua dyo ebu ewo",
        "fil fur gsw guz haw hsb ibb jgo jmc kab kam kde kea kgp khq kkj kln kok ksb ksf ksh lag",
        "lkt lrc luo luy mai mas mer mfe mgh mgo mni moh mua mzn naq nds nmg nnh nqo nso nus nyn",
        "pap pcm prs qps quc quz rof rwk sah saq sat sbp seh ses shi sma smj smn sms ssy syr teo",
        "tig twq tzm vai vun wae wal xog yav yrl zgh",
    )
    for code in line.split()
)


def language_of(culture: str) -> str | None:
    """Return the language of a culture, or None where no culture is called so.

    Args:
        culture: an RFC 4646 name; the empty one is the culture of no language.

    Example:
        >>> language_of("tr-TR"), language_of(""), language_of("zh-Hans-CN"), language_of("xx")
        ('tr', '', 'zh', None)
    """
    if not culture:
        return ""
    match = _NAME.fullmatch(culture)
    language = match["language"].lower() if match else ""
    return language if language in _LANGUAGES else None

"""Names of people as readers of each language write them."""

from __future__ import annotations

import re
from functools import lru_cache

_CHINESE = re.compile("[㐀-䶿一-鿿]{2,4}")
_TWO = (
    "万俟上官东方东郭令狐公孙公羊司徒司空司马呼延夏侯太史宇文尉迟慕容拓跋欧阳濮阳独孤申屠百里皇甫第五"
    "端木诸葛赫连轩辕长孙闻人闾丘鲜于南宫澹台"
)
_SURNAMES_OF_TWO = frozenset(_TWO[at : at + 2] for at in range(0, len(_TWO), 2))
_AS_SURNAME = {
    "单": "Shan", "仇": "Qiu", "曾": "Zeng", "解": "Xie", "区": "Ou", "查": "Zha", "朴": "Piao",
    "盖": "Ge", "翟": "Zhai", "缪": "Miao", "乐": "Yue", "覃": "Qin", "黑": "He", "种": "Chong",
    "折": "She", "员": "Yun", "召": "Shao", "洗": "Xian", "郇": "Xun", "重": "Chong", "都": "Du",
    "卜": "Bu", "隗": "Wei", "牟": "Mu", "祭": "Zhai",
}  # fmt: skip
"""Surnames that are read otherwise than `pypinyin` reads the character alone. Put together by hand
from common knowledge, not taken from a standard; where families differ, the commoner reading."""


@lru_cache(maxsize=4096)
def person_text(name: str, locale: str) -> str:
    """A name as it is written in a language: 王小明, in English Xiaoming Wang.

    Only a name of two to four Chinese characters is spelled, by pinyin, the given name first;
    any other one is what its bearer writes, in every language.
    """
    bare = "".join(name.split())
    if not _CHINESE.fullmatch(bare):
        return name
    if locale.startswith("zh"):
        return bare
    size = 2 if len(bare) > 2 and bare[:2] in _SURNAMES_OF_TWO else 1
    surname = _AS_SURNAME.get(bare[:size]) or _spelled(bare[:size])
    return f"{_spelled(bare[size:])} {surname}"


def _spelled(characters: str) -> str:
    """One word of pinyin without tones; an apostrophe parts what could be read as one syllable."""
    from pypinyin import Style, lazy_pinyin  # as in `search_terms`: large, and not always needed

    first, *rest = lazy_pinyin(characters, style=Style.NORMAL, v_to_u=True)
    return (first + "".join(f"'{one}" if one[:1] in "aeo" else one for one in rest)).capitalize()

"""What speaks for two rows of a table being the same: equal after cleaning, or nearly equal names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.duplicates import plain
from xl_salesflow.model.text import Text


@dataclass(frozen=True, slots=True)
class Sign:
    """Cells of *columns*, cleaned by *clean*, that are equal (or, with *alike*, at least so many per cent alike)."""

    columns: tuple[str, ...]
    clean: Callable[[str], str]
    says: Text
    alike: int = 100
    beside: tuple[str, ...] = ()  # columns that must be equal as well, such as the account of a person


_NAME = Text("the same name but for legal form and spelling", "除公司类型与写法外名称相同")
_NEAR = Text("names {alike} % alike", "名称相似度 {alike}%")
_PHONE, _EMAIL = Text("the same phone number", "电话相同"), Text("the same e-mail address", "邮箱相同")
_SITE, _TAX = Text("the same web site", "网站相同"), Text("the same tax number", "税号相同")
_PERSON = Text("the same name at the same customer", "同一客户下姓名相同")
_OFFER = Text("the same title for the same customer", "同一客户下名称相同")
_OFFER_NEAR = Text("titles {alike} % alike for the same customer", "同一客户下名称相似度 {alike}%")

SIGNS: Mapping[str, tuple[Sign, ...]] = MappingProxyType(
    {
        "Accounts": (
            Sign(("tax_id",), plain.words, _TAX),
            Sign(("account",), plain.company, _NAME),
            Sign(("website",), plain.site, _SITE),
            Sign(("phone",), plain.phone, _PHONE),
            Sign(("account",), plain.company, _NEAR, alike=90),
        ),
        "Contacts": (
            Sign(("email",), plain.email, _EMAIL),
            Sign(("phone",), plain.phone, _PHONE),
            Sign(("contact",), plain.words, _PERSON, beside=("account",)),
        ),
        "Deals": (
            Sign(("name",), plain.words, _OFFER, beside=("account",)),
            Sign(("name",), plain.words, _OFFER_NEAR, alike=90, beside=("account",)),
        ),
    }
)
"""The signs by table, strongest first; a pair is told once, by the first sign."""

"""A second implementation of quote arithmetic and of amounts in words, independent of the product's."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any


def to_cents(amount: Fraction) -> int:
    """Round an amount to cents, halves away from zero, with whole numbers only."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * 200 + 1) // 2).__floor__()


def typed(value: float | None) -> Fraction:
    """Read a cell as the decimal a person typed."""
    return Fraction(0) if value is None else Fraction(str(value))


def sums(
    quote: dict[str, Any], lines: list[dict[str, Any]], prices: dict[str, float], default_rate: float
) -> dict[str, int]:
    """Compute a quote in whole cents."""
    nets = [line_net(line, prices) for line in lines if line.get("optional") != "yes"]
    subtotal = sum(nets)
    discounted = to_cents(Fraction(subtotal, 100) * (1 - typed(quote.get("discount"))))
    base = Fraction(discounted, 100) + typed(quote.get("shipping"))
    rate = typed(default_rate if quote.get("tax_rate") is None else quote["tax_rate"])
    if quote.get("tax_mode") == "inclusive":
        total = to_cents(base)
        tax = total - to_cents(Fraction(total, 100) / (1 + rate))
    else:
        tax = to_cents(base * rate)
        total = to_cents(base + Fraction(tax, 100))
    return {"subtotal": subtotal, "tax": tax, "total": total, "net": total - tax}


def line_net(line: dict[str, Any], prices: dict[str, float]) -> int:
    """Compute one line in whole cents."""
    price = line["price"] if line.get("price") is not None else prices.get(line["product"].lower())
    return to_cents(typed(line.get("quantity")) * typed(price) * (1 - typed(line.get("discount"))))


DIGITS = "零壹贰叁肆伍陆柒捌玖"


def spelled(amount: Decimal) -> str:
    """Write an amount in Chinese capitals: from the right, group by group, by the rules of the People's Bank for cheques."""
    with localcontext() as context:
        context.prec = 60
        cents = int((abs(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = "负" if amount < 0 and cents else ""
    words += whole(yuan) + "元" if yuan else ""
    if not jiao and not fen:
        return words + "整" if yuan else "零元整"
    words += DIGITS[jiao] + "角" if jiao else "零" if yuan else ""
    return words + (DIGITS[fen] + "分" if fen else "")


def whole(number: int) -> str:
    """Write an integer below 10^16; a run of zeros is one 零, with none before the unit of a group."""
    if number >= 10**8:
        high, low = divmod(number, 10**8)
        gap = "零" if low and low < 10**7 else ""
        return whole(high) + "亿" + gap + (whole(low) if low else "")
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        gap = "零" if low and low < 10**3 else ""
        return whole(high) + "万" + gap + (whole(low) if low else "")
    words, waiting = "", False
    for power, unit in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
        digit = number // 10**power % 10
        if digit:
            words += ("零" if waiting and words else "") + DIGITS[digit] + unit
        waiting = digit == 0
    return words

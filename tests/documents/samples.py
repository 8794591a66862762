"""Documents to print in tests: a quote with everything filled in, a list, a digest, a report; and texts of an attacker."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.digest_answers import (
    DigestMeasure,
    DigestRisk,
    DigestsAnswer,
    DigestStep,
    GroupOutlook,
    ManagerDigest,
)
from xl_salesflow.core.flow_answers import FLOW_STEPS
from xl_salesflow.core.forecast_answers import ForecastRange
from xl_salesflow.core.insight_answers import CohortMonth, CohortsAnswer, PersonRamp, RampRange, WinFactor
from xl_salesflow.core.inspection_answers import (
    DealChange,
    InspectedDeal,
    InspectedOwner,
    InspectionAnswer,
    RecordedAmount,
)
from xl_salesflow.core.metric_answers import Bottleneck
from xl_salesflow.locale.texts import Text

TODAY = date(2026, 11, 22)

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>'",
    "javascript:alert(1)",
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}",
    '#panic("x") $1+1$ *b* _i_ `c` @ref <label> // /* [x] \\u{41}',
    '#eval("1+1") #read("/etc/passwd")',
    "=cmd|'/c calc'!A1",
    "BEGIN:VEVENT\r\nATTENDEE:mailto:x@example.com\r\nEND:VEVENT",
    "Müller & Söhne 🚀 上海",
)


KEPT = ("status", "currency", "base_currency", "tax_mode", "capitals", "priority", "id", "unit", "source", "headlines")
"""Facts that nobody types freely."""


def typed(facts: Any, word: str) -> Any:
    """Return *facts* with *word* in every text that is not blank, or unchanged without a word."""
    if isinstance(facts, dict):
        return {fact_id: value if fact_id in KEPT else typed(value, word) for fact_id, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [typed(value, word) for value in facts]
    return word if word and facts and isinstance(facts, str) else facts


def quote(word: str = "", count: int = 2, **changed: Any) -> Document:
    """Make a quote; *word* is put into every text field, *changed* facts replace others."""
    facts: dict[str, Any] = {
        "source": "",
        "quote": {
            "number": "Q-2026-0007",
            "version": 2,
            "status": "draft",
            "date": TODAY,
            "valid_until": date(2026, 12, 22),
            "supersedes": "Q-2026-0003",
            "terms": "30 days net",
            "notes": "Prices hold for the whole order",
        },
        "seller": {
            "company": "North Automation",
            "address": "5 Mill Lane",
            "phone": "+44 113 555 0100",
            "email": "sales@north.example",
            "tax_id": "GB 123 4567 89",
            "bank": "GB33 BUKB 2020",
            "logo": "",
        },
        "buyer": {"account": "Acme", "address": "1 Quay", "phone": "", "tax_id": "NL001"},
        "contact": {
            "contact": "Bob Stone",
            "title": "Buyer",
            "phone": "020",
            "email": "bob@acme.example",
        },
        "owner": {"person": "Li Wei", "email": "li@north.example"},
        "deal": {"deal": "D-1", "name": "New line"},
        "currency": "CNY",
        "base_currency": "CNY",
        "rate": None,
        "tax_mode": "exclusive",
        "tax_name": "",
        "home_currency": True,
        "bank_on_quotes": True,
        "tax_rate": Decimal("0.13"),
        "discount": Decimal("0.05"),
        "lines": [line(n) for n in range(1, count + 1)] + [{**line(1), "optional": True, "product": "Spare kit"}],
        "totals": {
            "subtotal": Decimal("20000.00"),
            "discount": Decimal("1000.00"),
            "shipping": Decimal("100.00"),
            "net": Decimal("19100.00"),
            "tax": Decimal("2483.00"),
            "total": Decimal("21583.00"),
        },
        "capitals": "贰万壹仟伍佰捌拾叁元整",
        "benefits": [
            {
                "product": "Pump",
                "feature": "Two seals",
                "advantage": "runs dry",
                "benefit": "No standstill",
                "needs": ["downtime"],
            },
        ],
        **changed,
    }
    return Document("quote", "Q-2026-0007 Acme", typed(facts, word))


def line(number: int) -> dict[str, Any]:
    """Make one line of a quote."""
    return {
        "product": f"Pump {number:03d}",
        "description": "Stainless, 24 V",
        "quantity": Decimal("2.50"),
        "unit": "piece",
        "price": Decimal("4210.5265"),
        "discount": Decimal("0.05") if number == 1 else Decimal(0),
        "optional": False,
        "net": Decimal("10000.00"),
    }


def followups(word: str = "") -> Document:
    """Make a follow-up list of two owners; *word* is put into every text field."""
    row: dict[str, Any] = {
        "rank": 1,
        "priority": "high",
        "owner": "Li Wei",
        "deal": "D-1",
        "name": "Shift Board",
        "account": "Acme",
        "stage": "Demo",
        "amount": Decimal("1234.50"),
        "day": TODAY,
        "due": date(2026, 11, 20),
        "days_late": 2,
        "why": "Next step overdue by 2 days.",
        "next_step": "Call Bob",
        "question": "Who signs?",
        "objection": "Price: too dear → pays back in a year",
        "contact": "Bob Stone",
        "phone": "+31 (0)20 555",
        "email": "bob@acme.example",
        "done": "",
        "result": "",
        "then": "",
        "then_on": None,
    }
    blank = {
        **dict.fromkeys(row, ""),
        "rank": 2,
        "priority": "low",
        "deal": "D-2",
        "amount": None,
        "day": date(2026, 11, 23),
        "due": None,
        "days_late": None,
        "then_on": None,
    }
    facts = {
        "today": TODAY,
        "day": TODAY,
        "made": datetime(2026, 11, 22, 7, 30),
        "source": "/home/li/pipeline.xlsx",
        "whose": "",
        "company": "North",
        "sender": "sales@north.example",
        "currency": "USD",
        "limit": 20,
        "owners": [
            {"owner": "Li Wei", "email": "li@north.example", "left": 3, "rows": [row, blank]},
            {"owner": "", "email": "", "left": 0, "rows": [{**row, "deal": "D-3"}]},
        ],
    }
    return Document("followups", "follow-ups 2026-11-22", typed(facts, word))


def digest(word: str = "", **changed: Any) -> Document:
    """Make the digest of a manager; *word* is put into every text field, *changed* fields of the digest replace others."""

    def text(typed_text: str) -> str:
        return word or typed_text

    outlook = GroupOutlook(600.0, 3, 1000.0, ForecastRange(800.0, 900.4, 1200.0), 0.416, 950.0, 700.0)
    flow = dict.fromkeys(FLOW_STEPS, DigestStep(0, 0.0))
    flow |= {"opening": DigestStep(4, 500.0), "new": DigestStep(1, 100.0), "won": DigestStep(1, 200.0)}
    flow |= {"lost": DigestStep(2, 0.0), "closing": DigestStep(2, 400.0)}
    moved = (DealChange("amount", 500.0, 400.0), DealChange("expected_close", "2026-11-30", "2026-12-24"))
    risks = (
        DigestRisk("D-1", text("Shift Board"), text("Acme"), text("Li Wei"), text("Demo"), 400.0, date(2026, 12, 24), moved, ()),
        DigestRisk("D-2", "", "", "", text("Lead"), None, None, (), (text("no next step"),)),
    )  # fmt: skip
    request = {"approval": "AP-1", "kind": "discount", "deal": "D-1", "quote": None, "stage": None, "gates": "19 %"}
    fields: dict[str, Any] = {
        "person": text("Mia Ray"),
        "email": text("mia@north.example"),
        "owners": (text("Mia Ray"), text("Li Wei")),
        "outlook": outlook,
        "flow": flow,
        "risks": risks,
        "more_risks": 2,
        "bottleneck": Bottleneck(text("Demo"), 31_360.49, text("Call about the demo"), "rep", (text("Li Wei"),)),
        "measures": (DigestMeasure("M-1", text("Call within a day"), text("Li Wei"), date(2026, 11, 20)),),
        "approvals": ({**request, "asked_by": text("Li Wei"), "why": text("Their year-end")},),
    }
    facts = {
        "week": DigestsAnswer(TODAY, date(2026, 11, 16), date(2026, 10, 1), date(2026, 12, 31), None, ()),
        "digest": ManagerDigest(**{**fields, **changed}),
        "made": datetime(2026, 11, 22, 7, 30),
        "source": "/home/li/pipeline.xlsx",
        "company": text("North"),
        "sender": text("sales@north.example"),
        "currency": "USD",
    }
    return Document("digest", "digest 2026-11-22", facts)


def inspection(word: str = "") -> Document:
    """Make the inspection of two owners' deals; *word* is put into every text field."""

    def text(typed_text: str) -> str:
        return word or typed_text

    amounts = tuple(
        RecordedAmount(date(2026, month, 1), amount)
        for month, amount in ((3, 300.0), (5, 500.0), (6, None), (8, 800.0))
    )
    moved = (DealChange("recorded_stage", text("Lead"), text("Demo")), DealChange("amount", 400.0, 800.0))
    full = InspectedDeal(
        "D-1", text("Shift Board"), text("Acme"), text("Demo"), 800.0, date(2026, 12, 24), "commit", 21, 7.5, 0.9, 20, 2,
        moved, amounts, ("approver", "champion"), text("Call Bob"), date(2026, 11, 20), (text("no activity for 15 days"),),
    )  # fmt: skip
    quiet = InspectedDeal(
        "D-2", "", "", text("Lead"), None, None, "", 3, None, None, 2, 0, (), amounts[:1], (), "", None, ()
    )
    fresh = InspectedDeal(
        "D-3", text("Line"), "", "", 5.0, None, "", None, None, None, 0, 0, (DealChange("deal", None, "D-3"),), (), (), "",
        None, (),
    )  # fmt: skip
    owners = (InspectedOwner(text("Li Wei"), 2, 800.0, (full, quiet)), InspectedOwner("", 1, 5.0, (fresh,)))
    answer = InspectionAnswer(TODAY, date(2026, 11, 15), date(2026, 12, 31), owners)
    facts = {"inspection": answer, "source": "", "company": text("North"), "currency": "USD"}
    return Document("inspection", "inspection 2026-11-22", facts)


def report(word: str = "", **changed: Any) -> Document:
    """Make a report; *word* is put into every text field."""
    metric: dict[str, Any] = {
        "name": Text("Won value", "赢单金额"),
        "definition": "Sum of amounts",
        "foot": "in short",
        "sample": 12,
        "small": True,
        "unvalued": 3,
    }
    values = (
        ("won_value", 10005534, "money"),
        ("win_rate", 0.6315, "ratio"),
        ("cycle", 51.8, "days"),
        ("velocity", 99.5, "per_day"),
    )
    stages = ["Lead", "Demo", "Won"]
    facts = {
        "as_of": TODAY,
        "start": None,
        "end": None,
        "company": "North",
        "source": "",
        "currency": "USD",
        "filters": [("Owner", "Li")],
        "metrics": [{**metric, "id": metric_id, "value": value, "unit": unit} for metric_id, value, unit in values]
        + [{**metric, "id": "coverage", "value": None, "unit": "number", "sample": None, "small": False}],
        "headlines": ["won_value", "win_rate", "cycle"],
        "result": {
            "target": 2_616_000.0,
            "won": 2_317_949.47,
            "commit": 2_458_234.38,
            "best_case": 2_700_000.0,
            "value_to_win": 298_050.53,
            "by": date(2026, 12, 31),
            "won_needed": 4,
            "missing": 2,
            "missing_stage": stages[1],
        },
        "bottleneck": Bottleneck(stages[1], 31_360.49, "Call about the demo", "rep", ("Li",)),
        "risks": [
            {
                "deal": "D-1",
                "name": "Line",
                "account": "Acme",
                "owner": "Li",
                "stage": stages[1],
                "days_in_stage": 30,
                "amount": 100.0,
                "warnings": "no next step\n30 days in the stage\n→ Call about the demo",
            }
        ],
        "owners": [
            {
                "key": "Li",
                "target": 900.0,
                "won_value": 450.0,
                "attainment": 0.5,
                "open_value": 20.0,
                "open_count": 2,
                "overdue": 1,
                "activities": 4,
                "answers": 2,
                "satisfaction": 4.5,
                "win_rate": 0.75,
                "won_count": 3,
                "lost_count": 1,
                "small": True,
            }
        ],
        "stages": [
            {
                "stage": name,
                "reached": 90 - 30 * n,
                "step_conversion": 0.5 if n < 2 else None,
                "open_count": n,
                "open_value": 10.0 * n,
                "weighted_value": 5.0 * n,
                "median_days": None if n == 0 else 7.5,
                "day_limit": None,
                "over_limit": 0,
                "never_entered": False,
            }
            for n, name in enumerate(stages)
        ],
        "months": [
            {"month": date(2026, n, 1), "created": 9 + n, "won": n, "lost": 12 - n, "won_value": 100.0 * n}
            for n in range(1, 12)
        ],
        "flow": [
            {"step": "opening", "name": Text("Opening", "期初"), "count": 4, "value": 500.0, "sign": 0, "start": 0.0},
            {"step": "won", "name": Text("Won", "赢单"), "count": 1, "value": 200.0, "sign": -1, "start": 300.0},
            {"step": "closing", "name": Text("Closing", "期末"), "count": 3, "value": 300.0, "sign": 0, "start": 0.0},
        ],
        "wins": {
            "factors": (
                WinFactor("source", word or "Fair", 40, 30, 0.75, 0.6, 0.86, 0.4, 1400.0, 0.01, True),
                WinFactor("size", "", 12, 2, 0.17, 0.05, 0.45, None, None, None, False),
            ),
            "tests": 9,
            "closed": 52,
        },
        "ramps": [
            PersonRamp(
                word or "Fay",
                date(2026, 7, 6),
                4,
                120.0,
                9,
                RampRange(3, 200.0, 90.0, 310.0),
                RampRange(3, 12.0, 8.0, 30.0),
            ),
            PersonRamp(
                "Gus", date(2026, 8, 1), 3, None, 0, RampRange(2, None, None, None), RampRange(2, None, None, None)
            ),
        ],
        "cohorts": CohortsAnswer(
            (CohortMonth(date(2026, 10, 1), 20, 5, 500.0, (0.25, None), (500.0, None), (None, 0.5), (None, 900.0)),),
            (40, 20),
            0,
        ),
        "ageing": [
            {"label": "0–30", "count": 5, "value": 50.0, "late": False},
            {"label": "> 90", "count": 2, "value": 20.0, "late": True},
        ],
        "lost_stages": [{"name": stages[0], "count": 3, "value": 30.0, "share": 1.0}],
        "lost_reasons": [
            {"name": Text("Price", "价格"), "count": 2, "value": 20.0, "share": 0.66},
            {"name": "", "count": 1, "value": 9.0, "share": 1.0},
        ],
        "by": [
            {
                "name": Text("owner", "负责人"),
                "rows": [
                    {
                        "key": "Li",
                        "open_count": 1,
                        "open_value": 2.0,
                        "won_count": 3,
                        "lost_count": 1,
                        "won_value": 4.0,
                        "win_rate": 0.75,
                        "small": True,
                    }
                ],
            }
        ],
        **changed,
    }
    return Document("report", "report", typed(facts, word))


class Page(HTMLParser):
    """A page as a browser reads it: its text, its elements and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        """Return the visible text, one piece per line."""
        return "\n".join(self.words) + "\n"

"""What each kind of paper shows, from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.documents.layout.blocks import (
    Block,
    Cards,
    Column,
    Head,
    Listing,
    Note,
    Pairs,
    Section,
    Sides,
    Sign,
    Sums,
)  # fmt: skip

_PARTIES = Sides(
    ("t.prepared_for", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line", "contact.phone", "contact.email")),
    ("t.prepared_by", ("owner.name", "owner.email", "deal.line")),
)  # fmt: skip
_LINES = (
    Column("t.position", "number", 5),
    Column("t.item", "product", 38, under="description"),
    Column("t.quantity", "quantity", 10, True),
    Column("t.unit", "unit", 8),
    Column("t.unit_price", "price", 14, True),
    Column("t.discount", "discount", 10, True),
    Column("t.line_total", "net", 15, True),
)
_OFFER: tuple[Block, ...] = (
    Listing("", "lines", _LINES),
    Note("prices_in"),
    Sums(),
    Listing("t.options", "options", _LINES),
)
_WHY = Cards("t.why", "benefits", "product", ("benefit", "chain", "answers"))
_TALKS = Listing(
    "t.talks",
    "talks",
    (Column("t.date", "date", 19), Column("t.kind", "kind", 14), Column("t.contact", "contact", 16), Column("t.summary", "summary", 51)),
)  # fmt: skip

LAYOUTS: Mapping[str, tuple[Block, ...]] = MappingProxyType(
    {
        "quote": (
            Head(), _PARTIES, *_OFFER, Cards("t.changes", "changes", "what", ("text",)), _WHY,
            Section("t.terms", "quote.terms"), Section("t.notes", "quote.notes"), Section("t.bank", "seller.bank"),
            Note("t.rounding"), Sign(("t.acceptance",)),
        ),
        "proposal": (
            Head(), _PARTIES, Section("", "opening"),
            Section("t.situation", "needs.pain"), Section("t.asked_for", "needs.explicit_needs"),
            Section("t.beyond", "needs.latent_needs"), Section("t.doing_nothing", "needs.cost_of_inaction"),
            Cards("t.solution", "benefits", "product", ("benefit", "chain", "answers")),
            Listing("t.investment", "lines", _LINES), Note("prices_in"), Sums(), Listing("t.options", "options", _LINES),
            Pairs("t.next_steps", "steps"), Section("t.terms", "quote.terms"), Section("t.notes", "quote.notes"),
            Note("t.rounding"), Sign(("t.acceptance",)),
        ),
        "contract": (
            Head(),
            Sides(
                ("t.party_buyer", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line")),
                ("t.party_seller", ("seller.company", "seller.address", "seller.phone", "seller.email")),
            ),
            Section("", "opening"), Listing("t.subject_matter", "lines", _LINES), Note("prices_in"), Sums(),
            Cards("", "clauses", "heading", ("text",)),
            Section("t.agreed_by_word", "agreed"), Section("t.bank", "seller.bank"),
            Sign(("t.party_buyer", "t.party_seller")),
        ),
        "bant_card": (
            Head(), Pairs("", "about"), Pairs("t.score", "scores"),
            Listing("t.dimensions", "dimensions", (
                Column("t.dimension", "name", 20), Column("t.points", "points", 12, True), Column("t.meaning", "meaning", 68),
            )),
            Listing("t.answers_so_far", "answers", (
                Column("t.question", "question", 40), Column("t.points", "points", 10, True),
                Column("t.answer", "answer", 50, under="evidence"),
            )),
            Listing("t.to_ask", "open", (Column("t.dimension", "dimension", 18), Column("t.question", "question", 44),
                                         Column("t.strong_answer", "strong", 38))),
            Listing("t.people", "people", (Column("t.name", "contact", 26), Column("t.job", "title", 26),
                                           Column("t.role", "role", 24), Column("t.attitude", "attitude", 24))),
        ),
        "precall": (
            Head(), Pairs("", "about"), Section("t.goal", "goal"), Section("t.stage_purpose", "purpose"),
            Pairs("t.customer", "customer"), Pairs("t.needs", "needs"),
            Listing("t.people", "people", (Column("t.name", "contact", 22), Column("t.job", "title", 22),
                                           Column("t.role", "role", 20), Column("t.reach", "reach", 36))),
            Listing("t.to_ask", "questions", (Column("t.dimension", "dimension", 20), Column("t.question", "question", 80))),
            Cards("t.strengths", "benefits", "product", ("benefit", "chain", "answers")),
            Listing("t.objections", "objections", (Column("t.concern", "concern", 40, under="kind"), Column("t.reply", "answer", 60, under="worked"))),
            Listing("t.cases", "cases", (Column("t.customer", "account", 32), Column("t.product", "product", 28), Column("t.date", "closed", 20), Column("t.amount", "amount", 20, True))),
            _TALKS,
            Listing("t.tasks", "tasks", (Column("", "box", 5), Column("t.task", "task", 60), Column("t.due", "due", 21), Column("t.required", "required", 14))),
            Listing("t.before_you_go", "checklist", (Column("", "box", 5), Column("t.check", "text", 95))),
        ),
        "visit": (
            Head(), Pairs("", "about"), Section("t.summary", "summary"),
            Pairs("t.spin", "spin"), Section("t.verbal_terms", "verbal_terms"), Section("t.materials", "materials"),
            Pairs("t.next_steps", "steps"),
            Listing("t.objections", "objections", (Column("t.concern", "concern", 40, under="kind"), Column("t.reply", "answer", 60, under="worked"))),
            Listing("t.tasks", "tasks", (Column("", "box", 5), Column("t.task", "task", 60), Column("t.due", "due", 21), Column("t.required", "required", 14))),
            Sign(("t.reported_by", "t.read_by")),
        ),
    }
)  # fmt: skip

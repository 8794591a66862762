"""The layout of each kind of deal document, as a list of blocks from top to bottom.

A *field* is a dotted path into the template context, such as ``buyer.account``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class HeadBlock:
    """The logo and the seller on the left, the title and number of the document on the right."""


@dataclass(frozen=True, slots=True)
class SidesBlock:
    """Two parties side by side, and a few dates. Each side has a heading and lines; blank lines are left out."""

    left: tuple[str, tuple[str, ...]]
    right: tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A heading and text; nothing if the text is blank."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class PairsBlock:
    """A heading and rows of label and value; nothing if there are no rows."""

    heading: str
    rows: str


@dataclass(frozen=True, slots=True)
class ListingColumn:
    """A column of a listing: its header, its field in a row, its share of the width, and whether it contains numbers."""

    head: str
    field: str
    share: int
    figures: bool = False
    under: str = ""  # the field of a second line, in small print


@dataclass(frozen=True, slots=True)
class ListingBlock:
    """A table whose header is repeated on every page; nothing if it has no rows."""

    heading: str
    rows: str
    columns: tuple[ListingColumn, ...]


@dataclass(frozen=True, slots=True)
class CardsBlock:
    """A bold line for each row, with lines of text below it."""

    heading: str
    rows: str
    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SumsBlock:
    """The sums from the subtotal to the total, in figures and in words."""


@dataclass(frozen=True, slots=True)
class NoteBlock:
    """A line in small print."""

    body: str


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Lines for the signatures of one party or two."""

    headings: tuple[str, ...]


LayoutBlock = (
    HeadBlock
    | SidesBlock
    | SectionBlock
    | PairsBlock
    | ListingBlock
    | CardsBlock
    | SumsBlock
    | NoteBlock
    | SignatureBlock
)

_PARTIES_BLOCK = SidesBlock(
    ("t.prepared_for", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line", "contact.phone", "contact.email")),
    ("t.prepared_by", ("owner.name", "owner.email", "deal.line")),
)  # fmt: skip
_OFFER_LINE_COLUMNS = (
    ListingColumn("t.position", "number", 5),
    ListingColumn("t.item", "product", 38, under="description"),
    ListingColumn("t.quantity", "quantity", 10, True),
    ListingColumn("t.unit", "unit", 8),
    ListingColumn("t.unit_price", "price", 14, True),
    ListingColumn("t.discount", "discount", 10, True),
    ListingColumn("t.line_total", "net", 15, True),
)
_OFFER_BLOCKS: tuple[LayoutBlock, ...] = (
    ListingBlock("", "lines", _OFFER_LINE_COLUMNS),
    NoteBlock("prices_in"),
    SumsBlock(),
    ListingBlock("t.options", "options", _OFFER_LINE_COLUMNS),
)
_BENEFIT_CARDS = CardsBlock("t.why", "benefits", "product", ("benefit", "chain", "answers"))
_ACTIVITY_LISTING = ListingBlock(
    "t.talks",
    "talks",
    (ListingColumn("t.date", "date", 19), ListingColumn("t.kind", "kind", 14), ListingColumn("t.contact", "contact", 16), ListingColumn("t.summary", "summary", 51)),
)  # fmt: skip

DOCUMENT_LAYOUTS: Mapping[str, tuple[LayoutBlock, ...]] = MappingProxyType(
    {
        "quote": (
            HeadBlock(), _PARTIES_BLOCK, *_OFFER_BLOCKS, CardsBlock("t.changes", "changes", "what", ("text",)), _BENEFIT_CARDS,
            SectionBlock("t.terms", "quote.terms"), SectionBlock("t.notes", "quote.notes"), SectionBlock("t.bank", "seller.bank"),
            NoteBlock("t.rounding"), SignatureBlock(("t.acceptance",)),
        ),
        "proposal": (
            HeadBlock(), _PARTIES_BLOCK, SectionBlock("", "opening"),
            SectionBlock("t.situation", "needs.pain"), SectionBlock("t.asked_for", "needs.explicit_needs"),
            SectionBlock("t.beyond", "needs.latent_needs"), SectionBlock("t.doing_nothing", "needs.cost_of_inaction"),
            CardsBlock("t.solution", "benefits", "product", ("benefit", "chain", "answers")),
            ListingBlock("t.investment", "lines", _OFFER_LINE_COLUMNS), NoteBlock("prices_in"), SumsBlock(), ListingBlock("t.options", "options", _OFFER_LINE_COLUMNS),
            PairsBlock("t.next_steps", "steps"), SectionBlock("t.terms", "quote.terms"), SectionBlock("t.notes", "quote.notes"),
            NoteBlock("t.rounding"), SignatureBlock(("t.acceptance",)),
        ),
        "contract": (
            HeadBlock(),
            SidesBlock(
                ("t.party_buyer", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line")),
                ("t.party_seller", ("seller.company", "seller.address", "seller.phone", "seller.email")),
            ),
            SectionBlock("", "opening"), ListingBlock("t.subject_matter", "lines", _OFFER_LINE_COLUMNS), NoteBlock("prices_in"), SumsBlock(),
            CardsBlock("", "clauses", "heading", ("text",)),
            SectionBlock("t.agreed_by_word", "agreed"), SectionBlock("t.bank", "seller.bank"),
            SignatureBlock(("t.party_buyer", "t.party_seller")),
        ),
        "bant_card": (
            HeadBlock(), PairsBlock("", "about"), PairsBlock("t.score", "scores"),
            ListingBlock("t.dimensions", "dimensions", (
                ListingColumn("t.dimension", "name", 20), ListingColumn("t.points", "points", 12, True), ListingColumn("t.meaning", "meaning", 68),
            )),
            ListingBlock("t.answers_so_far", "answers", (
                ListingColumn("t.question", "question", 40), ListingColumn("t.points", "points", 10, True),
                ListingColumn("t.answer", "answer", 50, under="evidence"),
            )),
            ListingBlock("t.to_ask", "open", (ListingColumn("t.dimension", "dimension", 18), ListingColumn("t.question", "question", 44),
                                         ListingColumn("t.strong_answer", "strong", 38))),
            ListingBlock("t.people", "people", (ListingColumn("t.name", "contact", 26), ListingColumn("t.job", "title", 26),
                                           ListingColumn("t.role", "role", 24), ListingColumn("t.attitude", "attitude", 24))),
        ),
        "precall": (
            HeadBlock(), PairsBlock("", "about"), SectionBlock("t.goal", "goal"), SectionBlock("t.stage_purpose", "purpose"),
            PairsBlock("t.customer", "customer"), PairsBlock("t.needs", "needs"),
            ListingBlock("t.people", "people", (ListingColumn("t.name", "contact", 22), ListingColumn("t.job", "title", 22),
                                           ListingColumn("t.role", "role", 20), ListingColumn("t.reach", "reach", 36))),
            ListingBlock("t.to_ask", "questions", (ListingColumn("t.dimension", "dimension", 20), ListingColumn("t.question", "question", 80))),
            CardsBlock("t.strengths", "benefits", "product", ("benefit", "chain", "answers")),
            ListingBlock("t.objections", "objections", (ListingColumn("t.concern", "concern", 40, under="kind"), ListingColumn("t.reply", "answer", 60, under="worked"))),
            ListingBlock("t.cases", "cases", (ListingColumn("t.customer", "account", 32), ListingColumn("t.product", "product", 28), ListingColumn("t.date", "closed", 20), ListingColumn("t.amount", "amount", 20, True))),
            _ACTIVITY_LISTING,
            ListingBlock("t.tasks", "tasks", (ListingColumn("", "box", 5), ListingColumn("t.task", "task", 60), ListingColumn("t.due", "due", 21), ListingColumn("t.required", "required", 14))),
            ListingBlock("t.before_you_go", "checklist", (ListingColumn("", "box", 5), ListingColumn("t.check", "text", 95))),
        ),
        "visit": (
            HeadBlock(), PairsBlock("", "about"), SectionBlock("t.summary", "summary"),
            PairsBlock("t.spin", "spin"), SectionBlock("t.verbal_terms", "verbal_terms"), SectionBlock("t.materials", "materials"),
            PairsBlock("t.next_steps", "steps"),
            ListingBlock("t.objections", "objections", (ListingColumn("t.concern", "concern", 40, under="kind"), ListingColumn("t.reply", "answer", 60, under="worked"))),
            ListingBlock("t.tasks", "tasks", (ListingColumn("", "box", 5), ListingColumn("t.task", "task", 60), ListingColumn("t.due", "due", 21), ListingColumn("t.required", "required", 14))),
            SignatureBlock(("t.reported_by", "t.read_by")),
        ),
    }
)  # fmt: skip

"""The layout of each kind of deal document, as a list of blocks from top to bottom.

A *field* is a dotted path into the template context, such as ``buyer.account``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class HeadBlock:
    """The logo and the seller on the left, the title and number of the document on the right; *dated*: the dates too."""

    dated: bool = False


@dataclass(frozen=True, slots=True)
class HeadlineBlock:
    """The line that a customer reads first: the total and how long the offer is valid."""


@dataclass(frozen=True, slots=True)
class SidesBlock:
    """Two parties side by side, and a few dates. Each side has a heading and lines; blank lines are left out."""

    left: tuple[str, tuple[str, ...]]
    right: tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A heading and text; nothing if the text is blank. *keep* holds it on the page of what follows."""

    heading: str
    body: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class PairsBlock:
    """A heading and rows of label and value, one or two of them side by side; nothing if there are no rows."""

    heading: str
    rows: str
    side_by_side: bool = False


@dataclass(frozen=True, slots=True)
class ListingColumn:
    """A column of a listing: its header, its field in a row, its share of the width, and whether it contains numbers.

    *when* names a field of the document: the column is left out if that field is blank.
    """

    head: str
    field: str
    share: int
    figures: bool = False
    under: str = ""  # the field of a second line, in small print
    when: str = ""


@dataclass(frozen=True, slots=True)
class ListingBlock:
    """A table whose header is repeated on every page; nothing if it has no rows. *dense*: small, to fit on one page."""

    heading: str
    rows: str
    columns: tuple[ListingColumn, ...]
    dense: bool = False


@dataclass(frozen=True, slots=True)
class CardsBlock:
    """A bold line for each row, with lines of text below it. *keep* holds the last rows on the page of what follows."""

    heading: str
    rows: str
    head: str
    lines: tuple[str, ...]
    keep: bool = False


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
    | HeadlineBlock
    | SidesBlock
    | SectionBlock
    | PairsBlock
    | ListingBlock
    | CardsBlock
    | SumsBlock
    | NoteBlock
    | SignatureBlock
)

SECOND_IN_GROUP = " if group|length > 1 else ''"
"""Ends an expression about the second of two rows side by side, which an odd number of rows does not have."""

_PARTIES_BLOCK = SidesBlock(
    ("t.prepared_for", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line", "contact.phone", "contact.email")),
    ("t.prepared_by", ("owner.name", "owner.email", "deal.line")),
)  # fmt: skip
_OFFER_LINE_COLUMNS = (
    ListingColumn("t.position", "number", 5),
    ListingColumn("t.item", "product", 42, under="description"),
    ListingColumn("t.quantity", "measure", 14, True),
    ListingColumn("t.unit_price", "price", 14, True),
    ListingColumn("t.discount", "discount", 10, True, when="discounts"),
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
    dense=True,
)  # fmt: skip

_TASK_LISTING = ListingBlock(
    "t.tasks",
    "tasks",
    (ListingColumn("", "box", 5), ListingColumn("t.task", "task", 60), ListingColumn("t.due", "due", 21), ListingColumn("t.required", "required", 14)),
    dense=True,
)  # fmt: skip
_OBJECTION_LISTING = ListingBlock(
    "t.objections",
    "objections",
    (ListingColumn("t.concern", "concern", 40, under="kind"), ListingColumn("t.reply", "answer", 60, under="worked")),
    dense=True,
)  # fmt: skip

_PAYER_BLOCK = SidesBlock(
    ("t.bill_to", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line", "contact.email")),
    ("t.your_contact", ("owner.name", "owner.email", "deal.line")),
)
_INVOICE_LINE_COLUMNS = (
    ListingColumn("t.instalment", "name", 44, under="about"),
    ListingColumn("t.net_amount", "net", 18, True, when="taxed"),
    ListingColumn("t.tax_rate", "tax_rate", 10, True, when="taxed"),
    ListingColumn("t.tax_amount", "tax", 14, True, when="taxed"),
    ListingColumn("t.line_total", "amount", 18, True),
)
_REMINDER_LINE_COLUMNS = (
    ListingColumn("t.instalment", "name", 28, under="about"),
    ListingColumn("t.invoice_date", "invoiced", 20),
    ListingColumn("t.due_day", "due", 20),
    ListingColumn("t.days_overdue", "days", 14, True),
    ListingColumn("t.line_total", "amount", 18, True),
)

DOCUMENT_LAYOUTS: Mapping[str, tuple[LayoutBlock, ...]] = MappingProxyType(
    {
        "quote": (
            HeadBlock(), HeadlineBlock(), _PARTIES_BLOCK, *_OFFER_BLOCKS,
            CardsBlock("t.changes", "changes", "what", ("text",)), _BENEFIT_CARDS,
            SectionBlock("t.terms", "quote.terms", keep=True), SectionBlock("t.notes", "quote.notes", keep=True),
            SectionBlock("t.bank", "bank", keep=True), NoteBlock("how_to_accept"), SignatureBlock(("t.acceptance",)),
        ),
        "proposal": (
            HeadBlock(), HeadlineBlock(), _PARTIES_BLOCK, SectionBlock("", "opening"),
            SectionBlock("t.situation", "needs.pain"), SectionBlock("t.asked_for", "needs.explicit_needs"),
            SectionBlock("t.beyond", "needs.latent_needs"), SectionBlock("t.doing_nothing", "needs.cost_of_inaction"),
            CardsBlock("t.solution", "benefits", "product", ("benefit", "chain", "answers")),
            ListingBlock("t.investment", "lines", _OFFER_LINE_COLUMNS), NoteBlock("prices_in"), SumsBlock(), ListingBlock("t.options", "options", _OFFER_LINE_COLUMNS),
            PairsBlock("t.next_steps", "steps"), SectionBlock("t.terms", "quote.terms", keep=True), SectionBlock("t.notes", "quote.notes", keep=True),
            NoteBlock("how_to_accept"), SignatureBlock(("t.acceptance",)),
        ),
        "contract": (
            HeadBlock(),
            SidesBlock(
                ("t.party_buyer", ("buyer.account", "buyer.address", "buyer.tax_line", "buyer.contact_line")),
                ("t.party_seller", ("seller.company", "seller.address", "seller.tax_line", "seller.phone", "seller.email")),
            ),
            SectionBlock("", "opening"), ListingBlock("t.subject_matter", "lines", _OFFER_LINE_COLUMNS), NoteBlock("prices_in"), SumsBlock(),
            CardsBlock("", "clauses", "heading", ("text",), keep=True),
            SectionBlock("t.agreed_by_word", "agreed", keep=True), SectionBlock("t.bank", "seller.bank", keep=True),
            SignatureBlock(("t.party_buyer", "t.party_seller")),
        ),
        "bant_card": (
            HeadBlock(dated=True), PairsBlock("", "about", side_by_side=True), PairsBlock("t.score", "scores", side_by_side=True),
            ListingBlock("t.answers_so_far", "answers", (
                ListingColumn("t.question", "question", 40), ListingColumn("t.points", "points", 10, True),
                ListingColumn("t.answer", "answer", 50, under="evidence"),
            ), dense=True),
            ListingBlock("t.to_ask", "open", (
                ListingColumn("t.dimension", "dimension", 11), ListingColumn("t.question", "question", 35),
                ListingColumn("t.strong_answer", "strong", 26), ListingColumn("t.points", "boxes", 11),
                ListingColumn("t.notes", "blank", 17),
            ), dense=True),
            ListingBlock("t.people", "people", (ListingColumn("t.name", "contact", 26), ListingColumn("t.job", "title", 26),
                                           ListingColumn("t.role", "role", 24), ListingColumn("t.attitude", "attitude", 24)), dense=True),
        ),
        "precall": (
            HeadBlock(dated=True), PairsBlock("", "about", side_by_side=True), PairsBlock("", "aims"),
            ListingBlock("t.people", "people", (ListingColumn("t.name", "contact", 20), ListingColumn("t.job", "title", 20),
                                           ListingColumn("t.role", "role", 24), ListingColumn("t.reach", "reach", 36)), dense=True),
            _ACTIVITY_LISTING,
            PairsBlock("t.customer", "situation", side_by_side=True),
            ListingBlock("t.to_ask", "questions", (ListingColumn("t.dimension", "dimension", 20), ListingColumn("t.question", "question", 80)), dense=True),
            CardsBlock("t.strengths", "benefits", "product", ("benefit", "chain", "answers")),
            ListingBlock("t.cases", "cases", (ListingColumn("t.customer", "account", 32), ListingColumn("t.product", "product", 28), ListingColumn("t.date", "closed", 20), ListingColumn("t.amount", "amount", 20, True)), dense=True),
            _OBJECTION_LISTING, _TASK_LISTING,
            PairsBlock("t.before_you_go", "checklist", side_by_side=True),
        ),
        "visit": (
            HeadBlock(dated=True), PairsBlock("", "about", side_by_side=True), SectionBlock("t.summary", "summary"),
            PairsBlock("t.spin", "spin"), SectionBlock("t.verbal_terms", "verbal_terms"), SectionBlock("t.materials", "materials"),
            PairsBlock("t.next_steps", "steps"), _OBJECTION_LISTING, _TASK_LISTING,
            SignatureBlock(("t.reported_by", "t.read_by")),
        ),
        "invoice": (
            HeadBlock(), HeadlineBlock(), _PAYER_BLOCK, ListingBlock("", "lines", _INVOICE_LINE_COLUMNS), NoteBlock("prices_in"), SumsBlock(),
            ListingBlock("t.goods", "goods", (ListingColumn("t.item", "product", 80, under="description"), ListingColumn("t.quantity", "measure", 20, True))),
            PairsBlock("t.how_to_pay", "pay"),
        ),
        "reminder": (
            HeadBlock(), _PAYER_BLOCK, SectionBlock("", "opening"), ListingBlock("", "lines", _REMINDER_LINE_COLUMNS), SumsBlock(),
            SectionBlock("", "request", keep=True), PairsBlock("t.how_to_pay", "pay"), SectionBlock("", "closing", keep=True),
        ),
    }
)  # fmt: skip

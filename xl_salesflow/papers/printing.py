"""The verb print: every paper that is meant, as documents; and the record of the files that were made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document, Plan
from xl_salesflow.papers.changed import changed
from xl_salesflow.papers.offers import offered
from xl_salesflow.papers.recording import OFFERS, Press, Sending, recorded, subject
from xl_salesflow.papers.talks import bant_card, precall, visit

_TALKS: Mapping[str, Callable[[Pipeline, str], Document]] = MappingProxyType(
    {"bant_card": bant_card, "precall": precall, "visit": visit}
)
KINDS = (*OFFERS, *_TALKS)
"""Every kind of paper."""


@dataclass
class Printing:
    """Papers of one *kind* about *keys*, in two steps: `offer` says what they are, `record` what became of them.

    Without a *press* nothing is made and nothing written down, as in a dry run.
    """

    kind: str
    keys: Sequence[str]
    press: Press | None = None
    sending: Sending | None = None
    _documents: list[Document] = field(default_factory=list)

    def offer(self, pipeline: Pipeline) -> Plan:
        """Return the documents, and the rows of drafts for deals that have no quote yet.

        A quote that was changed after it went out is not printed again: the customer would hold another one.

        Raises:
            UsageError: nobody knows one of the keys.
        """
        now, plan, papers = pipeline, Plan(), []
        barred = {finding.key.casefold(): finding for finding in changed(pipeline) if finding.table == "Quotes"}
        for key in dict.fromkeys(self.keys):
            one = self._one(now, key)
            held = [d for d in one.documents if self.kind in OFFERS and subject(d).casefold() in barred]
            if held:
                finding = replace(barred[subject(held[0]).casefold()], severity="block")
                one = Plan(findings=(finding,), answer={"document": None})
            elif one.appends or one.edits:
                now = applied(now, one)
            plan += one
            papers.append(dict(one.answer))
        documents = tuple(map(self._sent, plan.documents))
        self._documents[:] = documents
        answer = {**(papers[0] if len(papers) == 1 else {}), "papers": papers}
        return replace(plan, documents=documents, answer=answer)

    def record(self, pipeline: Pipeline) -> Plan:
        """Make the files, and return the plan that writes them down."""
        if self.press is None or not self._documents:
            return Plan()
        return recorded(pipeline, [(document, self.press(document)) for document in self._documents], self.sending)

    def _one(self, pipeline: Pipeline, key: str) -> Plan:
        if self.kind in OFFERS:
            return offered(pipeline, self.kind, key)
        document = _TALKS[self.kind](pipeline, key)
        facts = document.facts
        answer = {
            "kind": self.kind,
            "deal": facts["deal"]["deal"],
            "account": facts["deal"]["account"],
            "document": document.name,
        }
        return Plan(documents=(document,), answer=answer)

    def _sent(self, document: Document) -> Document:
        # what goes out is no draft any more
        if self.sending is None or self.kind not in OFFERS or document.facts["quote"]["status"] not in ("", "draft"):
            return document
        return replace(document, facts={**document.facts, "quote": {**document.facts["quote"], "status": "sent"}})

"""The weekly digest of a manager: one page, and the same as an e-mail draft.

Its facts are the digest of one person with what all digests of a run have in common:

    week        a DigestsAnswer without digests: the days, and why nothing is simulated
    digest      a ManagerDigest
    made        when it was made, in UTC
    source      path of the workbook
    company, sender, currency    name and address of the company, ISO code
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.core.digest_answers import DigestMeasure, DigestRisk, DigestsAnswer, DigestStep, ManagerDigest
from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS
from xl_salesflow.documents.change_wording import word_deal_change
from xl_salesflow.documents.document_texts import texts_in_language
from xl_salesflow.documents.mail_drafts import MailDraft, build_mail_draft
from xl_salesflow.documents.report_formatter import ReportFormatter
from xl_salesflow.documents.report_opening import draw_result_bar
from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.documents.template_values import localize_day, single_line_text
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, SEMICOLON_SEPARATOR, Language
from xl_salesflow.schema.choice_lists import choice_label

_FLOW_BAR = (
    '<svg class="span" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
    '<rect class="{look}" x="{start:.2f}" width="{width:.2f}" height="6"/></svg>'
)


def render_digest_page(document: Document, language: Language) -> bytes:
    """Return the digest as one self-contained page."""
    return fill_template(
        "digest.html", d=digest_fields(document.facts, language), t=texts_in_language(language)
    ).encode("utf-8")


def render_digest_email(document: Document, language: Language) -> bytes:
    """Return the digest as a draft to its person; the same facts give the same bytes."""
    facts, fields = document.facts, digest_fields(document.facts, language)
    digest: ManagerDigest = facts["digest"]
    letter = MailDraft(
        subject=fields["subject"],
        text="\n".join(_clean_line(line) for line in list_digest_lines(fields, texts_in_language(language))),
        page=render_digest_page(document, language).decode("utf-8"),
        sender=(facts["company"], facts["sender"]),
        recipients=[(digest.person, digest.email)] if digest.email else [],
        made=facts["made"],
        source=facts["source"],
    )
    return build_mail_draft(letter, {})


def _clean_line(line: str) -> str:
    inside = line.lstrip(" ")
    return line[: len(line) - len(inside)] + single_line_text(inside)


def digest_fields(facts: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return the facts of a digest as text in *language*."""
    show = ReportFormatter(language, facts["currency"])
    digest: ManagerDigest = facts["digest"]
    week: DigestsAnswer = facts["week"]
    sentences = list(_list_result_sentences(digest, week, show))
    scope = show.document_text("digest_of_team")
    if digest.owners is not None:
        scope = show.document_text("digest_of_owners", owners=COMMA_SEPARATOR.in_(language).join(digest.owners))
    days = show.document_text(
        "period", start=localize_day(week.since, language), end=localize_day(week.as_of, language)
    )
    return {
        "language": language_traits(language).tag,
        "subject": _word_subject(digest, days, show),
        "company": facts["company"],
        "person": digest.person,
        "days": days,
        "scope": scope,
        "bar": _draw_outlook_bar(digest, sentences[0]),
        "bar_about": show.document_text("digest_bar" if digest.outlook.range.p50 is not None else "digest_bar_won"),
        "sentences": sentences,
        "flow": list(_list_flow_rows(digest.flow, show)),
        "flow_about": show.document_text("digest_flow_about", day=localize_day(week.to, language)),
        "risks": [_risk_row(risk, show) for risk in digest.risks],
        "more_risks": show.document_text("more_risks", count=show.count(digest.more_risks))
        if digest.more_risks
        else "",
        "bottleneck": [] if digest.bottleneck is None else _word_bottleneck(digest, show),
        "measures": [_measure_row(measure, week, show) for measure in digest.measures],
        "approvals": [_approval_row(request, show) for request in digest.approvals],
    }


def _word_subject(digest: ManagerDigest, days: str, show: ReportFormatter) -> str:
    outlook = digest.outlook
    if not outlook.target:
        return show.document_text("digest_subject", days=days)
    share = show.value(outlook.won / outlook.target, "ratio")
    return show.document_text("digest_subject_target", days=days, share=share)


def _list_result_sentences(digest: ManagerDigest, week: DigestsAnswer, show: ReportFormatter) -> Iterator[str]:
    """Yield what is won of the target, what is forecast, and the chance; or why there is no forecast."""
    outlook, day = digest.outlook, localize_day(week.to, show.language)
    won, target = show.money(outlook.won), show.money(outlook.target)
    if outlook.target:
        share = show.value(outlook.won / outlook.target, "ratio")
        yield show.document_text("digest_result_of_target", won=won, target=target, share=share, day=day)
    else:
        yield show.document_text("digest_result", won=won, day=day)
    if outlook.range.p50 is not None:
        spread = {name: show.money(getattr(outlook.range, name)) for name in ("p10", "p50", "p90")}
        yield show.document_text("digest_forecast", end=day, **spread)
        if outlook.chance is not None:
            chance = show.value(outlook.chance, "percent")
            yield show.document_text("digest_chance", target=target, chance=chance)
    elif week.why_not:
        yield show.document_text("digest_not_simulated", why=week.why_not)
    if outlook.commit is not None:
        stated = {"commit": show.money(outlook.commit), "weighted": show.money(outlook.weighted)}
        yield show.document_text("digest_stated", **stated)


def _draw_outlook_bar(digest: ManagerDigest, label: str) -> Markup | str:
    """Return won, P50 and P90 against the target; blank without a target."""
    outlook = digest.outlook
    if not outlook.target:
        return ""
    reached = (("best", outlook.range.p90), ("commit", outlook.range.p50), ("won", outlook.won))
    return draw_result_bar(outlook.target, reached, label)


def _list_flow_rows(flow: Mapping[str, DigestStep], show: ReportFormatter) -> Iterator[dict[str, Any]]:
    """Yield name, deals, value and bar of both ends and of each step that changed something."""
    ends = [flow["opening"].value]
    for step, sign in SIGNED_FLOW_STEPS.items():
        ends.append(ends[-1] + sign * flow[step].value)
    scale = max(*ends, 1.0)
    spans = {"opening": (0.0, ends[0]), "closing": (0.0, flow["closing"].value)}
    spans |= {step: (min(pair), max(pair)) for step, *pair in zip(SIGNED_FLOW_STEPS, ends, ends[1:], strict=False)}
    for step, (low, high) in ((step, spans[step]) for step in FLOW_STEPS if step in spans):
        one, sign = flow[step], SIGNED_FLOW_STEPS.get(step, 0)
        if one.count or not sign:
            mark = {1: "+", -1: "−"}.get(sign, "") if one.value else ""
            look = "won" if step == "won" else {1: "came", -1: "lost"}.get(sign, "whole")
            bar = Markup(_FLOW_BAR).format(look=look, start=100 * low / scale, width=100 * (high - low) / scale)
            name = FLOW_STEPS[step][0].in_(show.language)
            yield {"name": name, "count": show.count(one.count), "value": mark + show.money(one.value), "bar": bar}


def _risk_row(risk: DigestRisk, show: ReportFormatter) -> dict[str, str]:
    semicolon = SEMICOLON_SEPARATOR.in_(show.language)
    return {
        "deal": deal_title(risk.deal, risk.name, risk.account),
        "owner": risk.owner,
        "amount": show.money(risk.amount),
        "close": localize_day(risk.expected_close, show.language) or show.value(None, "name"),
        "stage": risk.stage,
        "against": semicolon.join(word_deal_change(change, show) for change in risk.against),
        "warnings": semicolon.join(risk.warnings),
    }


def _word_bottleneck(digest: ManagerDigest, show: ReportFormatter) -> list[str]:
    assert digest.bottleneck is not None
    worth = digest.bottleneck.describe_value(show.money(digest.bottleneck.one_point_more), show.language)
    return [sentence for sentence in (worth, digest.bottleneck.describe_action(show.language)) if sentence]


def _measure_row(measure: DigestMeasure, week: DigestsAnswer, show: ReportFormatter) -> dict[str, Any]:
    due = show.document_text("digest_due", day=localize_day(measure.due, show.language))
    return {
        "what": measure.action or measure.measure,
        "owner": measure.owner,
        "due": due,
        "late": measure.due < week.as_of,
    }


def _approval_row(request: Mapping[str, Any], show: ReportFormatter) -> dict[str, str]:
    kind = choice_label("approval_kind", str(request["kind"] or ""), show.language)
    about = LABEL_AND_VALUE.in_(show.language, label=kind, value=request["gates"] or request["stage"] or "")
    named = (request["quote"] or request["deal"], request["asked_by"], request["why"])
    return {"request": str(request["approval"]), "about": about, "why": " · ".join(str(each) for each in named if each)}


def list_digest_lines(fields: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the digest as lines of text, from its *fields* and the document *texts*, both in one language."""
    yield f"{texts['digest']} · {fields['days']} · {fields['scope']}"
    yield from ("", *fields["sentences"], "", texts["digest_flow"])
    for row in fields["flow"]:
        yield f"   {row['name']} · {row['value']} ({row['count']})"
    if fields["risks"]:
        yield from ("", texts["digest_risks"])
        for risk in fields["risks"]:
            yield " · ".join(filter(None, (risk["deal"], risk["amount"], risk["owner"], risk["stage"], risk["close"])))
            yield from (f"   {line}" for line in (risk["against"], risk["warnings"]) if line)
        yield fields["more_risks"]
    if fields["bottleneck"]:
        yield from ("", *fields["bottleneck"])
    if fields["measures"]:
        yield from ("", texts["digest_measures"])
        for row in fields["measures"]:
            yield "   " + " · ".join(filter(None, (row["what"], row["owner"], row["due"])))
    if fields["approvals"]:
        yield from ("", texts["digest_approvals"])
        yield from (f"   {row['request']} · {row['about']} · {row['why']}" for row in fields["approvals"])
    yield ""

"""The texts that documents print in addition to the facts of a deal, in each language, by id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text

DEAL_DOCUMENT_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        # heads and columns
        "position": Text("#"),
        "unit": Text("Unit"),
        "kind": Text("Kind", context="document"),
        "contact": Text("Contact"),
        "customer": Text("Customer"),
        "deal": Text("Deal", context="document"),
        "owner": Text("Owner"),
        "amount": Text("Amount"),
        "product": Text("Product"),
        "job": Text("Job"),
        "role": Text("Part in the decision"),
        "attitude": Text("Attitude"),
        "reach": Text("How to reach"),
        "people": Text("People"),
        "summary": Text("What was said"),
        "tasks": Text("Open tasks"),
        "task": Text("Task"),
        "due": Text("Due"),
        "required": Text("Required"),
        "next_step_label": Text("Next"),
        "next_steps": Text("Next steps"),
        "changes": Text("What changed since the version before"),
        # proposals
        "proposal": Text("Proposal"),
        "proposal_opening": Text(
            "Prepared for {account} by {company}, from what you told us about your situation and what you want to achieve."
        ),
        "situation": Text("Where you stand"),
        "asked_for": Text("What you asked for"),
        "beyond": Text("What else matters"),
        "doing_nothing": Text("What it costs to change nothing"),
        "solution": Text("What we propose"),
        "investment": Text("Your investment"),
        # contracts
        "contract": Text("Sales contract"),
        "contract_opening": Text("{seller} (the seller) and {buyer} (the buyer) agree on the following sale."),
        "by_quote": Text("By quote"),
        "party_buyer": Text("Buyer"),
        "party_seller": Text("Seller"),
        "subject_matter": Text("1. Goods and services"),
        "clause_price": Text("Price and payment"),
        "clause_price_text": Text("The buyer pays {total}. {terms}"),
        "to_agree": Text("Terms of payment and delivery: ____________"),
        "clause_delivery": Text("Delivery"),
        "clause_delivery_text": Text(
            "The seller delivers by ____________ to ____________. The risk passes to the buyer on delivery."
        ),
        "clause_inspection": Text("Inspection"),
        "clause_inspection_text": Text(
            "The buyer inspects the goods within ____ days of delivery and reports defects in writing."
        ),
        "clause_warranty": Text("Warranty"),
        "clause_warranty_text": Text(
            "Defects that appear within ____ months of inspection are remedied by the seller at no charge."
        ),
        "clause_secrecy": Text("Confidentiality"),
        "clause_secrecy_text": Text(
            "Neither party passes on what it learns about the other's business through this contract."
        ),
        "clause_liability": Text("Late performance"),
        "clause_liability_text": Text(
            "A party that performs late owes ____ % of the delayed part for each day, up to ____ % in all."
        ),
        "clause_ending": Text("Ending the contract"),
        "clause_ending_text": Text(
            "Either party may end the contract in writing when the other does not perform within ____ days of a reminder."
        ),
        "clause_law": Text("Law and disputes"),
        "clause_law_text": Text(
            "Disputes are settled by talks first, then by ____________, under the law of ____________."
        ),
        "clause_copies": Text("Copies"),
        "clause_copies_text": Text(
            "The contract takes effect when both have signed; each keeps ____ copies of equal force."
        ),
        "agreed_by_word": Text("Agreed by word of mouth, to be confirmed here"),
        # the BANT card
        "bant_card": Text("BANT card"),
        "stage_now": Text("Stage"),
        "score": Text("Score"),
        "bant_score": Text("BANT score"),
        "grade": Text("Grade"),
        "qualified": Text("Qualified"),
        "is_qualified": Text("Yes"),
        "missing": Text("Not yet: {gaps}"),
        "dimensions": Text("The four questions"),
        "dimension": Text("About"),
        "points": Text("Points"),
        "meaning": Text("What we know"),
        "points_0": Text("Unknown"),
        "points_1": Text("Weak"),
        "points_2": Text("Fair"),
        "points_3": Text("Strong"),
        "answers_so_far": Text("Answered"),
        "question": Text("Question", context="document"),
        "answer": Text("Answer"),
        "to_ask": Text("To ask"),
        "strong_answer": Text("A strong answer sounds like"),
        # the pre-call sheet
        "precall": Text("Pre-call sheet"),
        "goal": Text("What this contact is for"),
        "stage_purpose": Text("What the stage is for"),
        "needs": Text("Needs"),
        "pain": Text("Pain"),
        "explicit_needs": Text("Says they need"),
        "latent_needs": Text("May need"),
        "cost_of_inaction": Text("Cost of not buying"),
        "competitor": Text("Also considers"),
        "industry": Text("Industry"),
        "location": Text("Place"),
        "employees": Text("Employees"),
        "habits": Text("Buying habits"),
        "preferences": Text("Preferences"),
        "decision_process": Text("How they decide"),
        "strengths": Text("What our offer does for them"),
        "objections": Text("Objections and answers"),
        "concern": Text("Concern"),
        "reply": Text("Answer", context="document"),
        "worked": Text("It convinced"),
        "cases": Text("Customers who bought the same"),
        "talks": Text("What happened so far"),
        "before_you_go": Text("Before you go"),
        "check": Text("Check"),
        "ready_strengths": Text("I can say in one sentence what our product does better."),
        "ready_competitor": Text("I know where the competitor is weak."),
        "ready_case": Text("I have a recent customer to tell them about."),
        "ready_picture": Text("I have pictured the meeting, and what they may object to."),
        "ready_person": Text("I know whom I will meet and what they decide."),
        "ready_goal": Text("I know what I want agreed at the end."),
        # the visit report
        "visit": Text("Visit report"),
        "done_by": Text("By", context="document"),
        "channel": Text("Channel", context="document"),
        "outcome": Text("Outcome"),
        "spin": Text("What we learned (SPIN)"),
        "situation_note": Text("Situation"),
        "problem": Text("Problem"),
        "implication": Text("Implication"),
        "need_payoff": Text("Need-payoff"),
        "verbal_terms": Text("Agreed by word of mouth"),
        "materials": Text("Materials sent"),
        "reported_by": Text("Reported by"),
        "read_by": Text("Read by"),
        # drafts of e-mails
        "letter_subject": Text("{title} {number}"),
        "letter_dear": Text("Dear {name},"),
        "letter_dear_all": Text("Good day,"),
        "letter_here": Text("please find our {title} {number} attached."),
        "letter_until": Text("It holds until {day}."),
        "letter_ask": Text("May I call you about it in the next few days?"),
        "letter_regards": Text("Kind regards"),
    }
)  # fmt: skip

PAGE_NUMBER_TEXT = Text("Page {page} of {pages}")

DOCUMENT_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        **DEAL_DOCUMENT_TEXTS,
        # quotes
        "quotation": Text("Quotation"),
        "number": Text("Number"),
        "version": Text("Version"),
        "date": Text("Date"),
        "valid_until": Text("Valid until"),
        "replaces": Text("Replaces"),
        "prepared_for": Text("Prepared for"),
        "prepared_by": Text("Prepared by"),
        "attention": Text("Attn."),
        "regarding": Text("Regarding"),
        "tax_id": Text("Tax ID"),
        "phone": Text("Phone"),
        "email": Text("E-mail"),
        "item": Text("Item"),
        "quantity": Text("Quantity"),
        "unit_price": Text("Unit price"),
        "discount": Text("Discount"),
        "line_total": Text("Amount"),
        "prices_in": Text("All prices in {currency}, {mode}."),
        "without_tax": Text("before tax"),
        "with_tax": Text("tax included"),
        "options": Text("Options, not included in the total"),
        "subtotal": Text("Sum of lines"),
        "total_discount": Text("Discount {rate}"),
        "shipping": Text("Shipping"),
        "net": Text("Net"),
        "tax": Text("Tax {rate}"),
        "tax_within": Text("Of which tax {rate}"),
        "total": Text("Total"),
        "in_words": Text("In capitals"),
        "in_base": Text("Equals {amount} at {rate}"),
        "why": Text("What it does for you"),
        "answers": Text("You asked for: {needs}"),
        "terms": Text("Terms"),
        "notes": Text("Notes"),
        "bank": Text("Bank details"),
        "acceptance": Text("Accepted by the customer"),
        "signature": Text("Name, signature, date"),
        "rounding": Text("Each line, the discount and the tax are rounded to cents, halves away from zero."),
        "draft": Text("Draft"),
        "logo_of": Text("Logo of {company}"),
        # follow-up lists
        "followups": Text("Follow-ups"),
        "followups_for": Text("Who to call on {day}, most urgent first"),
        "nobody": Text("No owner"),
        "nothing_due": Text("Nobody is waiting for a call today."),
        "call_one": Text("Follow up: {account}"),
        "due_today": Text("today"),
        "due_then": Text("due"),
        "late_by": Text("{days} working days late"),
        "late_by_one": Text("1 working day late"),
        "to_go": Text("in {days} working days"),
        "to_go_one": Text("in 1 working day"),
        "lines_count": Text("{count} deals"),
        "one_line": Text("1 deal"),
        "next_step": Text("Next:"),
        "ask": Text("Ask:"),
        "answered": Text("Answered last:"),
        "on_day": Text("planned for {day}"),
        "left_over": Text("More deals need a follow-up than fit into these days: {left} too many."),
        "priorities": Text(
            "High: a broken promise or a waiting customer. Medium: a deal at risk. Low: something is "
            "not planned. A golden customer or a large deal counts one higher. Dates fall on working "
            "days."
        ),
        "mail_subject": Text("{count} follow-ups for {day}"),
        "mail_subject_one": Text("1 follow-up for {day}"),
        # the report
        "report": Text("Sales report"),
        "as_of": Text("As of {day}"),
        "period": Text("{start} to {end}"),
        "period_from": Text("from {start}"),
        "period_to": Text("until {end}"),
        "small_sample": Text("few deals"),
        "deals_behind": Text("over {count} deals"),
        "days_long": Text("{days} days"),
        "per_day": Text("{amount} a day"),
        "blank": Text("(none)"),
        "all_numbers": Text("Every number and how it is computed"),
        "metric": Text("Number", context="document"),
        "value": Text("Value"),
        "sample": Text("Deals behind it"),
        "definition": Text("How it is calculated"),
        "as_table": Text("The same as a table"),
        "funnel": Text("Funnel"),
        "funnel_about": Text("Deals that reached each stage, and the share that went on to the next"),
        "funnel_told": Text("{reached} deals reached {first}, {left} of them {last}."),
        "trend": Text("Month by month"),
        "trend_about": Text(
            "Deals created, and won and lost by the month of closing; the last month runs to the day above"
        ),
        "trend_told": Text("From {start} to {end}: {won} won, {lost} lost."),
        "waiting": Text("Days in each stage"),
        "waiting_about": Text("Median of the visits that ended; the line is the limit of the stage, orange is over it"),
        "waiting_told": Text("Slowest is {name}: half of the visits take more than {days}."),
        "limit_of": Text("{days} · limit {limit}"),
        "ageing": Text("Age of open deals"),
        "ageing_about": Text(
            "Open deals and their value by days since creation; orange: longer than half of the won deals took"
        ),
        "ageing_told": Text("{count} open deals, {late} of them older than usual."),
        "lost_stages": Text("Where deals are lost"),
        "lost_stages_about": Text("Lost deals and their value by the stage they were in before"),
        "lost_reasons": Text("Why deals are lost"),
        "lost_reasons_about": Text("Lost deals and their value by loss reason"),
        "lost_told": Text("Most often {name}: {count} of {all}."),
        "by": Text("By {name}"),
        "stage": Text("Stage"),
        "reached": Text("Reached"),
        "to_next": Text("To next"),
        "open_now": Text("Open"),
        "open_value": Text("Open value"),
        "weighted": Text("Weighted"),
        "median_days": Text("Median days"),
        "limit": Text("Limit"),
        "over_limit": Text("Over limit"),
        "month": Text("Month"),
        "created": Text("Created"),
        "won": Text("Won"),
        "lost": Text("Lost"),
        "won_value": Text("Won value"),
        "win_rate": Text("Win rate"),
        "age": Text("Age in days"),
        "deals": Text("Deals", context="document"),
        "name": Text("Name"),
        "cumulative": Text("Cumulative share"),
    }
)


def texts_in_language(language: Language) -> dict[str, str]:
    """Return every text in *language* by its id."""
    texts = {key: text.in_(language) for key, text in DOCUMENT_TEXTS.items()}
    # a template prints the two page numbers between these texts, because only the page knows them
    before, between, after = PAGE_NUMBER_TEXT.in_(language, page="\0", pages="\0").split("\0")
    return {**texts, "page": before.strip(), "of_pages": between.strip(), "pages_end": after.strip()}


def document_text(key: str, language: Language, **facts: object) -> str:
    """Return text *key* in *language* with its facts filled in."""
    return DOCUMENT_TEXTS[key].in_(language, **facts)

"""The texts that documents print in addition to the facts of a deal, in each language, by id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.documents.inspection_texts import INSPECTION_TEXTS
from xl_salesflow.documents.payment_texts import PAYMENT_DOCUMENT_TEXTS
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
        "role": Text("Role in the decision"),
        "attitude": Text("Attitude"),
        "reach": Text("Contact details"),
        "people": Text("People"),
        "summary": Text("What was said"),
        "tasks": Text("Open tasks"),
        "task": Text("Task"),
        "due": Text("Due"),
        "required": Text("Required"),
        "next_step_label": Text("Next"),
        "next_steps": Text("Next steps"),
        "changes": Text("Changes since the previous version"),
        # proposals
        "proposal": Text("Proposal"),
        "proposal_opening": Text(
            "Prepared for {account}, based on what you told us about your situation and goals."
        ),
        "situation": Text("Your situation"),
        "asked_for": Text("Your requirements"),
        "beyond": Text("Further needs"),
        "doing_nothing": Text("The cost of doing nothing"),
        "solution": Text("What we propose"),
        "investment": Text("Your investment"),
        # contracts
        "contract": Text("Sales contract"),
        "contract_opening": Text("{seller} (the seller) and {buyer} (the buyer) agree on the following sale."),
        "by_quote": Text("Quotation no."),
        "party_buyer": Text("Buyer"),
        "party_seller": Text("Seller"),
        "subject_matter": Text("1. Goods and services"),
        "clause_price": Text("Price and payment"),
        "clause_price_text": Text("The buyer shall pay {total}. {terms}"),
        "to_agree": Text("Payment and delivery terms: ____________"),
        "clause_delivery": Text("Delivery"),
        "clause_delivery_text": Text(
            "The seller shall deliver by ____________ to ____________; risk passes to the buyer on "
            "delivery."
        ),
        "clause_inspection": Text("Inspection"),
        "clause_inspection_text": Text(
            "The buyer shall inspect the goods within ____ days of delivery and report any defects in "
            "writing."
        ),
        "clause_warranty": Text("Warranty"),
        "clause_warranty_text": Text(
            "The seller shall remedy, free of charge, any defect that appears within ____ months of "
            "inspection."
        ),
        "clause_secrecy": Text("Confidentiality"),
        "clause_secrecy_text": Text(
            "Neither party shall disclose what it learns about the other's business through this contract."
        ),
        "clause_liability": Text("Late performance"),
        "clause_liability_text": Text(
            "A party in delay shall pay ____% of the value of the delayed part per day, up to ____% "
            "in total."
        ),
        "clause_ending": Text("Termination"),
        "clause_ending_text": Text(
            "Either party may terminate the contract in writing if the other fails to perform within "
            "____ days of a written reminder."
        ),
        "clause_law": Text("Law and disputes"),
        "clause_law_text": Text(
            "The parties shall first try to settle any dispute by negotiation; failing that, by "
            "____________. The law of ____________ applies."
        ),
        "clause_copies": Text("Copies"),
        "clause_copies_text": Text(
            "This contract takes effect when both parties have signed it; each party keeps ____ "
            "copies of equal validity."
        ),
        "agreed_by_word": Text("Verbal agreements confirmed here"),
        # the BANT card
        "bant_card": Text("BANT card"),
        "stage_now": Text("Stage"),
        "score": Text("Score"),
        "bant_score": Text("BANT score"),
        "grade": Text("Grade"),
        "qualified": Text("Qualified"),
        "is_qualified": Text("Yes"),
        "missing": Text("Not yet: {gaps}"),
        "dimensions": Text("The four criteria"),
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
        "strong_answer": Text("A strong answer"),
        # the pre-call sheet
        "precall": Text("Pre-call sheet"),
        "goal": Text("Goal of this call"),
        "stage_purpose": Text("Purpose of the stage"),
        "stage_standard": Text("Work standard"),
        "needs": Text("Needs"),
        "pain": Text("Pain"),
        "explicit_needs": Text("Says they need"),
        "latent_needs": Text("May need"),
        "cost_of_inaction": Text("Cost of doing nothing"),
        "competitor": Text("Also considers"),
        "industry": Text("Industry"),
        "location": Text("Place"),
        "parent": Text("Parent company"),
        "employees": Text("Employees"),
        "revenue": Text("Revenue"),
        "founded": Text("Founded"),
        "habits": Text("Buying habits"),
        "preferences": Text("Preferences"),
        "decision_process": Text("How they decide"),
        "fit_reasons": Text("Our ideal customer"),
        "strengths": Text("What our offer does for them"),
        "objections": Text("Objections and answers"),
        "concern": Text("Concern"),
        "reply": Text("Answer", context="document"),
        "worked": Text("This convinced them"),
        "cases": Text("Customers who bought this"),
        "talks": Text("What happened so far"),
        "before_you_go": Text("Before you go"),
        "check": Text("Check"),
        "ready_strengths": Text("I can say in one sentence what our product does better."),
        "ready_competitor": Text("I know where the competitor is weak."),
        "ready_case": Text("I have a recent customer story ready."),
        "ready_picture": Text("I have thought through the meeting and likely objections."),
        "ready_person": Text("I know who I will meet and what they decide."),
        "ready_goal": Text("I know what I want us to agree on."),
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
        "verbal_terms": Text("Verbal agreements"),
        "materials": Text("Materials sent"),
        "reported_by": Text("Reported by"),
        "read_by": Text("Read by"),
        # drafts of e-mails
        "letter_subject": Text("{title} {number}"),
        "letter_dear": Text("Dear {name},"),
        "letter_dear_all": Text("Hello,"),
        "letter_here": Text("Please find attached our {title} {number}."),
        "letter_offer": Text("Please find attached our {title} {number}, {total} in total."),
        "letter_until": Text("It is valid until {day}."),
        "letter_ask": Text("I'll call you in the next few days to answer any questions."),
        "letter_regards": Text("Kind regards,"),
    }
)  # fmt: skip

PAGE_NUMBER_TEXT = Text("Page {page} of {pages}")

DOCUMENT_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        **DEAL_DOCUMENT_TEXTS,
        **PAYMENT_DOCUMENT_TEXTS,
        **INSPECTION_TEXTS,
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
        "item": Text("Description", context="document"),
        "quantity": Text("Qty"),
        "unit_price": Text("Unit price"),
        "discount": Text("Discount"),
        "line_total": Text("Amount"),
        "headline": Text("{total} total"),
        "headline_until": Text("{total} total · valid until {day}"),
        "accept_by_email": Text("To accept, sign and return this document or reply to {email}."),
        "accept_by_signing": Text("To accept, sign and return this document."),
        "prices_in": Text("Prices in {currency} ({code}), {mode}."),
        "without_tax": Text("excluding tax"),
        "with_tax": Text("including tax"),
        "no_tax": Text("no tax charged"),
        "options": Text("Optional items (not included in the total)"),
        "subtotal": Text("Subtotal"),
        "total_discount": Text("Discount {rate}"),
        "shipping": Text("Shipping"),
        "net": Text("Total excl. tax"),
        "tax": Text("{name} {rate}"),
        "tax_within": Text("Includes {name} {rate}"),
        "tax_name": Text("Tax", context="document"),
        "total": Text("Total"),
        "total_with_tax": Text("Total", context="with tax"),
        "in_words": Text("Amount in words"),
        "in_base": Text("Equals {amount} at {rate}"),
        "why": Text("What it does for you"),
        "answers": Text("You asked for: {needs}"),
        "terms": Text("Terms"),
        "notes": Text("Notes"),
        "bank": Text("Bank details"),
        "acceptance": Text("Accepted by the customer"),
        "signature": Text("Name, signature, date"),
        "rounding": Text("Each line, the discount and the tax are rounded to the nearest cent."),
        "draft": Text("Draft"),
        "logo_of": Text("Logo of {company}"),
        # follow-up lists
        "followups": Text("Follow-ups"),
        "followups_for": Text("Who to call on {day}, most urgent first"),
        "nobody": Text("No owner"),
        "nothing_due": Text("Nobody is waiting for a call today."),
        "call_one": Text("Follow up: {account}"),
        "call_person": Text("Call {person}, {account}: {step}"),
        "call_person_only": Text("Call {person}, {account}"),
        "due_today": Text("today"),
        "due_then": Text("due"),
        "late_by": Text("{days} working days late"),
        "late_by_one": Text("1 working day late"),
        "to_go": Text("in {days} working days"),
        "to_go_one": Text("in 1 working day"),
        "lines_count": Text("{count} {count:deal|deals}"),
        "one_line": Text("1 deal"),
        "next_step": Text("Next:"),
        "ask": Text("Ask:"),
        "answered": Text("Answered last:"),
        "on_day": Text("planned for {day}"),
        "left_over": Text(
            "{left} more {left:follow-up is|follow-ups are} due than fit into these days. Reassign some or raise "
            "the limit in Settings."
        ),
        "priorities": Text(
            "High: a promise is overdue or a customer is waiting. Medium: a deal is slipping. Low: "
            "nothing is planned. Key accounts and large deals move up one level. Dates fall on "
            "working days."
        ),
        "mail_subject": Text("{count} {count:follow-up|follow-ups} for {day}"),
        "mail_subject_one": Text("1 follow-up for {day}"),
        # the commission statement
        "commission_statement": Text("Commission statement"),
        "commission_days": Text("{start} to {end}"),
        "commission_day": Text("Day"),
        "commission_share": Text("Share", context="Credits"),
        "commission_value": Text("Credited value", context="Credits"),
        "commission_tier": Text("Tier", context="commission"),
        "commission_rate": Text("Rate", context="CommissionTiers"),
        "commission_amount": Text("Commission"),
        "commission_tier_to": Text("{start} to {end}"),
        "commission_tier_from": Text("from {start}"),
        "commission_of_day": Text("{reason}; earned on {day}", context="commission"),
        "commission_credited": Text("Credited value", context="Credits"),
        "commission_earned": Text("Earned", context="commission"),
        "commission_capped": Text("Above the cap", context="commission"),
        "commission_taken_back": Text("Taken back", context="commission"),
        "commission_total": Text("Total"),
        "commission_rule": Text("The rule", context="commission"),
        # the weekly digest
        "digest": Text("Weekly digest"),
        "digest_subject": Text("Sales, {days}"),
        "digest_subject_target": Text("Sales, {days}: {share} of the target won"),
        "digest_of_team": Text("the whole team"),
        "digest_of_owners": Text("deals of {owners}"),
        "digest_result_title": Text("Result and forecast"),
        "digest_bar": Text("Dark: won; middle: with the forecast (P50); light: P90; line: the target"),
        "digest_bar_won": Text("Dark: won; line: the target"),
        "digest_result_of_target": Text("Won {won} of the target of {target} by {day}: {share}."),
        "digest_result": Text("Won {won} in the period until {day}; there is no target."),
        "digest_forecast": Text("By {end}, {p50} will be won, and with a chance of 80 % between {p10} and {p90}."),
        "digest_chance": Text("The chance to reach the target of {target} is {chance}."),
        "digest_not_simulated": Text("No simulation: {why}"),
        "digest_stated": Text("Won and commit: {commit}; won and weighted value: {weighted}."),
        "digest_flow": Text("The pipeline this week"),
        "digest_flow_about": Text("Open deals that are expected to close by {day} or have no expected close."),
        "digest_risks": Text("Deals to look at"),
        "digest_risks_about": Text(
            "First the deals that moved against us this week, then those with warnings; the largest first"
        ),
        "more_risks": Text("Further deals of this kind: {count}"),
        "digest_bottleneck": Text("Bottleneck"),
        "digest_measures": Text("Measures due"),
        "digest_due": Text("due {day}"),
        "digest_approvals": Text("Waiting for your decision"),
        "changed": Text("{column} {before} → {after}"),
        # the report
        "report": Text("Sales report"),
        "as_of": Text("As of {day}"),
        "period": Text("{start} to {end}"),
        "period_from": Text("from {start}"),
        "period_to": Text("until {end}"),
        "small_sample": Text("n = {count}"),
        "result": Text("Result", context="document"),
        "result_of_target": Text("Won {won} of the target {target}: {share}."),
        "result_without_target": Text("Won {won}; there is no target."),
        "result_forecast": Text("With the commit forecast {commit}, with the best case {best_case}."),
        "result_needed": Text("{value_to_win} more to win by {day}: {deals} {deals:deal|deals}."),
        "result_missing": Text("{count} more {count:deal is|deals are} needed at {stage} or further."),
        "risks": Text("Deals at risk"),
        "risks_about": Text("The largest open deals with a warning"),
        "days_in_stage": Text("Days in stage"),
        "why_at_risk": Text("Why"),
        "owners": Text("Owners"),
        "target": Text("Target"),
        "attainment": Text("Attainment"),
        "overdue": Text("Overdue"),
        "activities_of_week": Text("Activities in 7 days"),
        "satisfaction": Text("Satisfaction"),
        "satisfaction_of": Text("{mean} ({count})"),
        "deals_behind": Text("over {count} {count:deal|deals}"),
        "without_amount": Text("{count} without an amount"),
        "days_long": Text("{days} {days:day|days}"),
        "per_day": Text("{amount} a day"),
        "blank": Text("(none)"),
        "all_numbers": Text("Every number and how it is calculated"),
        "metric": Text("Number", context="document"),
        "value": Text("Value"),
        "sample": Text("Sample"),
        "definition": Text("How it is calculated"),
        "as_table": Text("Show as a table"),
        "funnel": Text("Funnel"),
        "funnel_about": Text("Deals that reached each stage, and the share that went on to the next"),
        "funnel_told": Text("{reached} {reached:deal|deals} reached {first}, {left} of them {last}."),
        "trend": Text("Month by month"),
        "trend_about": Text(
            "Deals created, and won and lost by the month of closing; the last month runs to the day above"
        ),
        "trend_told": Text("From {start} to {end}: {won} won, {lost} lost."),
        "flow": Text("Flow of the pipeline"),
        "flow_about": Text(
            "Open deals that are expected to close by the end of the quarter, from the first to the last day of the period"
        ),
        "flow_told": Text("From {first} to {last}."),
        "wins": Text("What goes with winning"),
        "wins_about": Text("Values of the closed deals against all others, those worth most first"),
        "wins_basis": Text(
            "Worth: difference of the win rates × closed deals × their mean amount. *: more than chance (Fisher's exact "
            "test, corrected for {tests} tests by the method of Holm)."
        ),
        "wins_chance": Text(
            "Worth: difference of the win rates × closed deals × their mean amount. None of {tests} differences is more than "
            "chance (Fisher's exact test, corrected by the method of Holm)."
        ),
        "closed_deals": Text("Closed", context="insights"),
        "interval": Text("95 %", context="interval"),
        "others": Text("Others", context="insights"),
        "worth": Text("Worth", context="insights"),
        "ramps": Text("New people"),
        "ramps_about": Text(
            "Won and done in their first months of thirty days; others: median of the people who began more than a year ago, "
            "after as many months"
        ),
        "ramp_since": Text("Since", context="ramp"),
        "ramp_months": Text("Months", context="ramp"),
        "ramp_activities": Text("Activities"),
        "ramp_people": Text("n", context="insights"),
        "cohorts": Text("Deals by month of creation"),
        "cohorts_about": Text(
            "Share of the deals created in a month that was won by the end of the months since; ~: projected with what each "
            "month brought of older deals not won before (the last row counts them); –: not known"
        ),
        "created_in": Text("Created", context="cohorts"),
        "cohorts_basis": Text("Basis"),
        "waiting": Text("Days in each stage"),
        "waiting_about": Text("Median of completed stays; line = stage limit, orange = over it"),
        "waiting_told": Text("{name} is slowest: half of the stays take more than {days}."),
        "limit_of": Text("{days} · limit {limit}"),
        "ageing": Text("Age of open deals", context="document"),
        "ageing_about": Text("Open deals and their value by age; orange = older than the median won deal"),
        "ageing_told": Text("{count} open {count:deal|deals}, {late} of them older than usual."),
        "lost_stages": Text("Where deals are lost"),
        "lost_stages_about": Text("Lost deals and their value by the stage they were lost from"),
        "lost_reasons": Text("Why deals are lost"),
        "lost_reasons_about": Text("Lost deals and their value by loss reason"),
        "lost_told": Text("Most often: {name} ({count} of {all})."),
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
        "age": Text("Age in days", context="document"),
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

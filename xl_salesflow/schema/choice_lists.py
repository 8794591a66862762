"""The closed lists and the open lists of the workbook.

Rules and metrics refer to the values of a closed list by id; a cell shows the label in the workbook's language. The
sheet Lists of a new workbook holds the open lists: a team adds, renames and removes values, and the shipped values keep
their ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import LANGUAGES, Language, Text, as_text, fold_text

Choices = Mapping[str, Text]


def _declare_choices(**labels: str | Text) -> Choices:
    return MappingProxyType({choice_id: as_text(label) for choice_id, label in labels.items()})


CHOICES: Mapping[str, Choices] = MappingProxyType(
    {
        "yes_no": _declare_choices(yes="Yes", no="No"),
        "language": _declare_choices(**{language: language_traits(language).name for language in LANGUAGES}),
        "kind": _declare_choices(
            open="Open", won="Won", lost="Lost", aftercare=Text("Aftercare", context="kind")
        ),
        "outcome": _declare_choices(open="Open", won="Won", lost="Lost"),
        "move": _declare_choices(
            forward="Forward", skip="Skip", back="Back", won="Won",
            lost="Lost", aftercare="Aftercare", reopened="Reopened",
            switched="Switched",
        ),
        "move_status": _declare_choices(
            pending="Pending", refused="Refused", accepted="Accepted",
            warned="Accepted, with warnings", overridden="Overridden",
        ),
        "early_warning": _declare_choices(
            over_limit="Over the stage limit",
            idle="Idle",
            too_old="Too old",
            close_past="Expected close in the past",
            pushed="Expected close pushed",
            no_next_step="No next step",
            one_contact="One contact only",
            no_decision_maker="No decision-maker",
            no_prospect="Not a prospect",
            buyer_behind="Ahead of the buyer",
            bant_below="BANT below the gate",
            quote_expiring="Quote expired or about to",
            discount_above="Discount above the limit",
            concentration="Too much on one deal",
            score_fallen="Score fallen",
            unanswered="Unanswered",
        ),
        "group": _declare_choices(
            owner="Owner", product="Product", source="Source", region="Region",
            sales_channel="Channel", playbook="Playbook",
        ),
        "verdict": _declare_choices(
            first="The first does better", second="The second does better",
            same="No difference to speak of", too_few="Too few deals to tell",
        ),
        "refusal": _declare_choices(keep="Keep the cell as typed", restore="Put the stage back"),
        "forecast": _declare_choices(
            pipeline="Pipeline", best_case="Best case", commit="Commit",
            closed=Text("Closed", context="forecast"), omitted="Omitted",
        ),
        "buyer_stage": _declare_choices(
            indifference="Indifference", investigation="Investigation",
            definition="Definition", selection="Selection", negotiation="Negotiation",
            satisfaction=Text("Satisfaction", context="buyer_stage"),
        ),
        "decision_role": _declare_choices(
            decision_maker="Decision-maker", approver="Budget approver",
            champion="Champion", influencer="Influencer", user="User",
            gatekeeper="Gatekeeper", opponent="Opponent",
        ),
        "check": _declare_choices(
            filled="is filled in", at_least="is at least", at_most="is at most",
            one_of="is one of", before_today="is before today", task_done="task is done",
            activity_within="activity within days", quote_is="has a quote that is",
            bant_at_least="BANT score at least", approved_by="approved by",
            contact_is="has a contact who is", objections_closed="has no open objection",
            activity_outcome="activity with outcome", payment_received="is paid",
        ),
        "comparison": _declare_choices(
            one_of="is one of", at_least="is at least", at_most="is at most", filled="is filled in",
        ),
        "column_table": _declare_choices(
            Deals="Deals", Accounts="Accounts", Contacts="Contacts", Activities="Activities",
        ),
        "column_kind": _declare_choices(
            text=Text("Text", context="column_kind"), number="Number", amount="Amount", percent="Per cent",
            date="Date", yes_no="Yes or no", list="List",
        ),
        "effect": _declare_choices(block="Block", warn="Warn"),
        "severity": _declare_choices(block="Blocks", warn="Warning", note="Note"),
        "dimension": _declare_choices(
            budget="Budget", authority="Authority", need="Need", timeline="Timeline"
        ),
        "trait_kind": _declare_choices(golden="Golden", bad="Bad"),
        "objection_status": _declare_choices(open=Text("Open", context="objection_status"), answered=Text("Answered", context="objection_status"), resolved="Resolved"),
        "quote_status": _declare_choices(
            draft="Draft", sent="Sent", accepted=Text("Accepted", context="quote_status"), rejected="Rejected",
            expired="Expired", superseded="Superseded",
        ),
        "tax_mode": _declare_choices(exclusive="Tax added", inclusive="Tax included"),
        "task_status": _declare_choices(open=Text("Open", context="task_status"), done="Done", dropped="Not needed"),
        "feedback_kind": _declare_choices(
            survey="Survey", visit="Visit", issue="Issue", review="Review",
            referral="Referral",
        ),
        "priority": _declare_choices(high="High", medium="Medium", low="Low"),
        "reading": _declare_choices(snapshot="Closed in the period", cohort="Created in the period"),
        "reach": _declare_choices(implied="Reached or passed", entered="Really entered"),
        "workweek": _declare_choices(
            mon_fri="Monday to Friday", mon_sat="Monday to Saturday",
            sun_thu="Sunday to Thursday", every_day="Every day",
        ),
        "day_kind": _declare_choices(off="Day off", work="Working day"),
        "conflict": _declare_choices(
            cell="Both changed the cell", move="Both moved the deal",
            removed_there="Removed there, changed here",
            removed_here="Removed here, changed there",
            numbered="Given another number",
        ),
        "paper": _declare_choices(
            quote=Text("Quote", context="paper"), proposal="Proposal", contract="Contract",
            bant_card="BANT card", precall="Pre-call sheet", visit="Visit report",
            invoice=Text("Invoice", context="paper"), reminder=Text("Payment reminder", context="paper"),
        ),
        "assignment": _declare_choices(
            leave="Leave them", in_turn="Each in turn", least_busy="Fewest open deals",
        ),
        "payment_event": _declare_choices(
            won="Deal won", signature="Contract signed", delivery="Delivery", invoice=Text("Invoice", context="payment_event"),
        ),
        "payment_status": _declare_choices(
            planned="Planned", invoiced="Invoiced", partly="Partly paid", paid=Text("Paid", context="payment_status"), overdue="Overdue",
        ),
        "subscription_period": _declare_choices(
            month=Text("Month", context="subscription_period"), quarter="Quarter", half_year="Half a year", year=Text("Year", context="subscription_period"),
        ),
        "subscription_status": _declare_choices(
            upcoming="Not begun", running="Running", ending="To be renewed", leaving="Given notice",
            renewed="Renewed", ended="Ended",
        ),
        "commission_basis": _declare_choices(
            signature=Text("Signature", context="commission_basis"), payment=Text("Payment", context="commission_basis"),
        ),
        "commission_mode": _declare_choices(marginal="Only the part above", retroactive="Everything of the period"),
        "approval_kind": _declare_choices(override="Override", discount="Discount"),
        "approval_status": _declare_choices(
            waiting="Waiting", approved=Text("Approved", context="approval_status"),
            rejected=Text("Rejected", context="approval_status"), withdrawn="Withdrawn",
        ),
        "forecast_period": _declare_choices(month=Text("Months", context="forecast_period"), quarter=Text("Quarters", context="forecast_period")),
        "forecast_method": _declare_choices(
            simulation="Simulation", weighted="Weighted", commit="Won and commit", best_case="Won, commit and best case",
            pipeline="Won, commit, best case and pipeline", call="Commit call",
        ),
        "flow_step": _declare_choices(
            opening=Text("Opening", context="flow"), new=Text("New", context="flow"), raised=Text("Raised", context="flow"),
            lowered=Text("Lowered", context="flow"), pulled_in=Text("Pulled in", context="flow"),
            pushed_out=Text("Pushed out", context="flow"), reopened="Reopened", won="Won", lost="Lost",
            removed=Text("Removed", context="flow"), closing=Text("Closing", context="flow"),
            moved_stage=Text("Moved stage", context="flow"), later=Text("Later", context="flow"),
        ),
        "direction": _declare_choices(incoming="From the customer", outgoing="To the customer"),
        "operation": _declare_choices(change="Change", add="Add", add_line="Add line", remove="Remove"),
    }
)  # fmt: skip


CHOICES_ADDED_LATER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"check": ("contact_is", "objections_closed", "activity_outcome", "payment_received")}
)
"""Closed list → the values that came after the first version, whose dropdowns do not offer them."""


def identify_choice(choices: Choices, cell: str) -> str | None:
    """Return the id of a cell's text in any language, or None if the list does not contain it."""
    folded = fold_text(cell)
    for choice_id, text in choices.items():
        if folded in map(fold_text, (choice_id, *text.translations())):
            return choice_id
    return None


LISTS: Mapping[str, Choices] = MappingProxyType(
    {
        "source": _declare_choices(
            referral=Text("Referral", context="source"), trade_show="Trade show", website="Website form",
            search="Search", social="Social media", research="Market research",
            email="E-mail campaign", outbound="Outbound search", existing="Existing customer",
        ),
        "region": _declare_choices(north="North", east="East", south="South", west="West"),
        "sales_channel": _declare_choices(direct="Direct", agent="Agent", ecommerce="E-commerce"),
        "contact_channel": _declare_choices(
            phone="Phone", email=Text("E-mail", context="contact_channel"), in_person="In person", remote="Online meeting",
            chat="Chat",
        ),
        "activity_type": _declare_choices(
            call="Call", mail=Text("E-mail", context="activity_type"), meeting="Meeting", demo="Demo",
            proposal="Proposal sent", quote="Quote sent", contract_sent="Contract sent",
            contract_signed="Contract signed", approval="Approval", visit="Customer visit",
            delivery="Delivery", check_in="Check-in", event="Event", site_visit="Website visit",
            download="Download", webinar="Webinar", note=Text("Note", context="activity_type"),
        ),
        "activity_outcome": _declare_choices(
            reached=Text("Reached", context="activity_outcome"), no_answer="No answer", interested="Interested",
            not_interested="Not interested", postponed="Postponed", approved="Approved",
            declined="Declined",
        ),
        "loss_reason": _declare_choices(
            price="Price", contract="Contract terms", competitor="Competitor",
            no_budget="No budget", no_need="No real need", no_authority="No decision",
            timing="Timing", not_understood="Did not understand the offer",
            not_believed="Did not believe the offer", no_follow_up="Followed up too late",
        ),
        "objection_type": _declare_choices(
            price="Price", contract="Contract terms", trust="Trust", need="Need",
            timing=Text("Timing", context="objection_type"), competitor="Competitor",
        ),
        "industry": _declare_choices(
            manufacturing="Manufacturing", retail="Retail", software="Software",
            services="Services", medical="Medical", finance="Finance", other="Other",
        ),
        "unit": _declare_choices(piece="piece", set="set", licence="licence", year="year", hour="hour", day="day"),
        "role": _declare_choices(rep="Sales rep", manager="Sales manager", director="Director", operations="Operations"),
        "preparation": _declare_choices(
            strengths="Our strengths for this customer", rivals="Weak points of the other offers",
            successes="A success to tell of", customer="Who they are and what we know of them",
            knowledge="Product and trade knowledge", picture="How the talk should go",
            condition="Rested and well turned out", attitude="Owner's, persistent, positive, thankful, learning",
        ),
        "golden_trait": _declare_choices(
            urgent="Needs it urgently", benefit="Clear cost-benefit for their plans",
            positive="Thinks well of our industry and offer", large="Large orders possible",
            influence="Centre of influence", sound="Financially sound, pays fast",
            near="Close by",
        ),
        "bad_trait": _declare_choices(
            negative="Negative about everything", value="Value is hard to show",
            small="Small deal even when won", no_follow_on="No follow-on business",
            no_reference="No reference value", struggling="Their business is struggling",
            far="Too far away",
        ),
        "account_class": _declare_choices(key="Key account", growth="Growth", standard="Standard", watch="Watch"),
        "competitor": _declare_choices(),
    }
)  # fmt: skip


def list_options(options: str | None) -> Choices:
    """Return the values and labels of the choices or list *options*; empty if there are none of that name."""
    return CHOICES.get(options or "") or LISTS.get(options or "") or {}


def find_option_text(options: str | None, value: str) -> Text | None:
    """Return the label of *value* in the choices or list *options*, or None if it has none."""
    return list_options(options).get(value)


def choice_label(options: str | None, value: str, language: Language) -> str:
    """Return the label of *value* in the choices or list *options*; an unknown value is returned unchanged."""
    text = find_option_text(options, value)
    return text.in_(language) if text else value

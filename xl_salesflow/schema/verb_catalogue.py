"""Every verb, declared once; the command line, the ribbon, the VBA and the docs are made from it.

The function of a verb has the verb's id and is in verbs.py, or among the Excel buttons if the verb is only in the
ribbon. It is looked up by name, so that the help does not import pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.locale.language_traits import LANGUAGE_SWITCH_LABEL
from xl_salesflow.locale.texts import Text, as_text

RIBBON_GROUPS: Mapping[str, Text] = MappingProxyType(
    {
        "deals": Text("Deals"),
        "qualify": Text("Qualify"),
        "today": Text("Today", context="button"),
        "quotes": Text("Quotes"),
        "manage": Text("Manage"),
        "forecast": Text("Forecast"),
        "more": Text("More"),
        "tools": Text("Tools"),
    }
)
"""The groups of the ribbon tab, from left to right."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the product; *icon* is an Office imageMso name, a verb with *reads* has --json and writes nothing.

    *group* is its group in the ribbon, "" if it has no button. A *menu* offers "stages", one of MENUS or an open list;
    "file" asks for another workbook, and "form" for the fields of a new deal. Verbs without *command* are only in the ribbon.
    """

    id: str
    label: Text
    tip: Text
    icon: str
    reads: bool = False
    group: str = ""
    menu: str = ""
    command: bool = True
    large: bool = False


def _declare_verb(
    verb_id: str, label: str | Text, tip: str, icon: str, reads: bool = False, *, group: str = "", menu: str = "",
    large: bool = False,
) -> Verb:  # fmt: skip
    return Verb(verb_id, as_text(label), Text(tip), icon, reads, group, menu, large=large)


def _declare_button(
    button_id: str, label: str | Text, tip: str, icon: str, group: str, *, menu: str = "", large: bool = False,
) -> Verb:  # fmt: skip
    return Verb(button_id, as_text(label), Text(tip), icon, False, group, menu, False, large)


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.id: verb
        for verb in (
            _declare_verb("init", "New workbook", "Make a new workbook from the template", "FileNew"),
            _declare_verb("import", "Import", "Import rows from CSV or xlsx files with a map you can edit", "ImportTextFile"),
            _declare_verb("lead", "New lead", "Take a new lead as customer, contact and deal, unless the workbook has it; or write a form for leads", "ContactAdd"),
            _declare_verb("log", "Log mails", "Log mails and appointments from files and folders as activities of their deals", "ReviewNewComment"),
            _declare_verb("adopt", "Adopt", "Make a team's own workbook a store: its sheets stay, ours are added, its rows are imported", "FileSaveAsExcelXlsx"),
            _declare_verb("check", Text("Check", context="button"), "Report what is wrong with which row; --repair restores formulas", "ErrorChecking", True, group="deals", large=True),
            _declare_verb("update", "Update", "Judge stage moves, score, warn, list follow-ups, update every number", "RefreshAll", group="deals", large=True),
            _declare_verb("funnel", "Funnel", "Show every metric, as of any date, for any group", "ChartInsert", True, group="manage", large=True),
            _declare_verb("flow", "Flow", "Show what came in, changed and left between two days, with the deals of each step", "ChartTypeColumnInsertGallery", True, group="forecast"),
            _declare_verb("inspect", "Inspect", "Go through the open deals of the quarter: what changed, pace, persons, next step, warnings", "ReviewTrackChanges", True, group="forecast"),
            _declare_verb("insights", "Insights", "What goes with winning and losing, how people compare, and how the deals of each month turn out", "ChartTypeOtherInsertGallery", True),
            _declare_verb("plan", "Plan from target", "Back from a target: deals per stage, leads, activities a week, by when", "GoalSeek", True),
            _declare_verb("forecast", "Forecast", "What will be won by when, how sure that is, and which deals decide it", "ChartInsert", True, group="forecast"),
            _declare_verb("accuracy", "Forecast accuracy", "How right the forecasts of past months and quarters were, and which method was best", "ReviewCompareTwoVersions", True, group="forecast"),
            _declare_verb("followups", "Follow-ups", "Who to call today and why", "MailMergeRecipientsEditList", True, group="today", large=True),
            _declare_verb("customer", "Customer", "Show one customer: people, deals, quotes, last and next contact, issues, what they bought", "DistributionListSelectMembers", True),
            _declare_verb("quote", Text("Quote", context="button"), "Print the quote of a deal", "FilePrint", group="quotes"),
            _declare_verb("print", "Print", "Print a quote, proposal, contract, BANT card, pre-call sheet, visit report, invoice or payment reminder", "FilePrintPreview", group="quotes", menu="papers"),
            _declare_verb("template", "Templates", "List, check and create your own templates for printed documents", "FileNew"),
            _declare_verb("report", "Report", "Write one HTML page with funnel, trend, ageing and leaks", "CreateReport", group="manage"),
            _declare_verb("playbook", "Playbooks", "List, show, check and export playbooks, and switch to another one", "SmartArtInsert", group="more", menu="playbooks"),
            _declare_verb("digest", "Weekly digest", "The week of each manager's team: result, forecast, flow, risks, measures due; as page and mail draft", "MailMergeStartLetters", True),
            _declare_verb("audit", "Audit", "Answer thirteen questions about how the team sells, from the data", "ReviewAcceptChange", True, group="manage"),
            _declare_verb("rename", "Rename", "Rename a stage, person, product, customer or list value in every row that names it", "ReviewAcceptChange", group="more"),
            _declare_verb("column", "Own column", "Make a column of your own count: give it a type, a list, a stage that needs it, groups", "TableInsertDialog"),
            _declare_verb("merge-accounts", "Merge customers", "Make two customers one, with all their deals, contacts and rows", "MergeCells"),
            _declare_verb("assign", "Assign", "Assign deals that have no owner; reclaim deals that nobody works on", "DistributionListSelectMembers", group="manage"),
            _declare_verb("approvals", "Approvals", "Show what waits for a decision: overrides of gates and discounts; approve or reject it", "ReviewTrackChanges", group="manage", menu="decisions"),
            _declare_verb("payments", "Payments", "Show receivables by age, what was collected, days to pay, expected cash and open instalments", "AccountingFormat", True, group="manage"),
            _declare_verb("recurring", "Recurring revenue", "Show recurring revenue (MRR, ARR), retention, the bridge by month and the contracts that end next", "ChartTypeColumnInsertGallery", True, group="manage"),
            _declare_verb("commission", "Commission", "Show the commission of each person, line by line, and what an open deal would bring", "AccountingFormat", True, group="manage"),
            _declare_verb("diff", "Differences", "Show the differences between two workbooks", "ReviewCompareTwoVersions", True, group="more", menu="file"),
            _declare_verb("merge", "Merge", "Merge another copy into a workbook; conflicts go to a sheet", "ReviewCombineRevisions", group="more", menu="file"),
            _declare_verb("apply", "Apply ticked changes", "Make the ticked changes of a change sheet from update --dry-run --sheet", "AcceptInvitation"),
            _declare_verb("batch", "Many workbooks", "Run a verb on every workbook of files, folders and patterns, in parallel", "RefreshAll"),
            _declare_verb("rollup", "Roll up", "Make one team workbook, or Parquet files, from many workbooks", "DataConsolidate"),
            _declare_verb("share", Text("Share", context="button"), "Make and refresh a workbook for each person of the team, with their rows only", "FileSendAsAttachment"),
            _declare_verb("collect", "Collect", "Merge what came back of the workbooks that share made; conflicts go to a sheet", "ReviewCombineRevisions"),
            _declare_verb("watch", "Watch a folder", "Run a verb on every workbook of a folder whenever somebody saves it", "FilePrintPreview"),
            _declare_verb("demo", "Demo", "Make a filled workbook and every document, as a demonstration", "Help"),
            _declare_button("cohorts", "Cohorts", "Fill the sheets Cohorts and Cohort values: what was won of the deals of each month, and what is still projected", "TableInsert", "forecast"),
            _declare_button("new_deal", "New deal", "Ask for a customer, a person and what they want; what the workbook has is told before a deal is made", "SheetRowsInsert", "deals", menu="form"),
            _declare_button("next_stage", "Next stage", "Move the selected deal to a stage you choose; the gates judge it at once", "MacroPlay", "deals", menu="stages"),
            _declare_button("won", "Won", "Mark the selected deal as won; the gates judge it at once", "AcceptInvitation", "deals"),
            _declare_button("lost", "Lost", "Mark the selected deal as lost, for a reason you choose", "DeclineInvitation", "deals", menu="loss_reason"),
            _declare_button("explain", "Why not?", "Show what keeps the selected deal from the stage you typed; nothing is written", "FunctionWizard", "deals"),
            _declare_verb("bant", "BANT card", "Write the BANT questions of a deal to a card for answering, or read a filled card", "FormControlCheckBox", group="qualify", large=True),
            _declare_verb("compare", "Compare groups", "Compare the win rates of two sources, owners or products: is it more than chance?", "WhatIfAnalysisMenu", True, group="more"),
            _declare_verb("export", "Export", "Write every table as files or a database for other programs; the data is yours", "ExportTextFile"),
            _declare_verb("prepare", "Prepare a visit", "Give a deal the checklist before a visit, as tasks", "ListMacros", group="today"),
            _declare_button("score", Text("Score", context="button"), "Compute BANT points from the answers, and the trait scores", "CalculateNow", "qualify"),
            _declare_button("activity", "Log activity", "Add an activity of today to the selected deal", "ReviewNewComment", "today", menu="activity_type"),
            _declare_button("calendar", "Calendar", "Write the follow-ups as a calendar file next to the workbook", "ViewAppointmentInCalendar", "today"),
            _declare_button("new_quote", "New quote", "Draft a quote for the selected deal", "TableInsert", "quotes", large=True),
            _declare_verb("holidays", "Holidays", "Fill the sheet Holidays with a country's days off and make-up days", "CalendarsMenu"),
            _declare_verb("revise", "Revise", "Copy a quote into its next version; the old one is superseded", "Copy", group="quotes"),
            _declare_button("dates", "Compare dates", "Compare the funnel with a week, a month, a quarter or a year before", "DateAndTimeInsert", "more", menu="spans"),
            _declare_button("merge_customers", "Merge customer", "Merge the customer of the selected row into the one it duplicates", "ReviewCombineRevisions", "more"),
            _declare_button("targets", "Plan", "Show how many deals each stage needs to reach the target", "GoalSeek", "manage"),
            _declare_verb("undo", "Undo run", "Undo what the last run changed", "Undo", group="tools"),
            _declare_button("repair", "Repair", "Restore overwritten formulas", "AutoSum", "tools"),
            _declare_button("language", LANGUAGE_SWITCH_LABEL, "Switch the language of ribbon, messages and documents", "FontDialog", "tools"),
            _declare_button("help", "Help", "Show what each button does and what to do when one fails", "Help", "tools"),
        )
    }
)  # fmt: skip

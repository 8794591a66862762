"""What each command prints with ``--json``, as the type of its answer; the schemas in docs/ are generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from xl_salesflow.batch.outcome_lines import BatchSummaryLine, TimedOutcomeLine
from xl_salesflow.cli.printed_answers import (
    ApplyReport,
    AssignReport,
    BookAnswer,
    ChangeSheetFile,
    CheckReport,
    CollectReport,
    DifferencesReport,
    FilesAnswer,
    ImportReport,
    MergeReport,
    PlaybookCheck,
    PlaybookDetails,
    PlaybookList,
    RollupReport,
    ShareReport,
    TemplateCheck,
    TemplateFields,
    TemplateList,
    UndoReport,
    WrittenFiles,
)
from xl_salesflow.core.accuracy_answers import AccuracyAnswer
from xl_salesflow.core.answers import Answer
from xl_salesflow.core.approval_answers import ApprovalDecided, ApprovalsAnswer
from xl_salesflow.core.column_answers import DeclaredColumnRow
from xl_salesflow.core.commission_answers import CommissionAnswer
from xl_salesflow.core.customer_answers import CustomerAnswer
from xl_salesflow.core.digest_answers import DigestsAnswer
from xl_salesflow.core.export_answers import ExportAnswer
from xl_salesflow.core.flow_answers import FlowAnswer
from xl_salesflow.core.forecast_answers import ForecastAnswer
from xl_salesflow.core.insight_answers import InsightsAnswer
from xl_salesflow.core.inspection_answers import InspectionAnswer
from xl_salesflow.core.intake_answers import InboxPass, LoggedMessages, TakenLeads
from xl_salesflow.core.metric_answers import AuditAnswer, ComparisonAnswer, FunnelAnswer, SalesPlanAnswer
from xl_salesflow.core.payment_answers import PaymentsAnswer
from xl_salesflow.core.recurring_answers import RecurringAnswer
from xl_salesflow.core.verb_answers import (
    CardTaken,
    FollowUpsAnswer,
    PrintedPapers,
    RenamedRows,
    RevisedQuote,
    RunAnswer,
    SwitchedPlaybook,
    VisitChecklist,
)

PRINTED_ANSWERS: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "accuracy": (AccuracyAnswer,),
        "adopt": (ImportReport,),
        "apply": (ApplyReport,),
        "approvals": (ApprovalsAnswer, BookAnswer[RunAnswer[ApprovalDecided]]),
        "assign": (AssignReport,),
        "audit": (AuditAnswer,),
        "bant": (BookAnswer[RunAnswer[CardTaken]],),
        "batch": (TimedOutcomeLine, BatchSummaryLine),
        "check": (CheckReport,),
        "collect": (CollectReport,),
        "compare": (ComparisonAnswer,),
        "customer": (CustomerAnswer,),
        "diff": (DifferencesReport,),
        "digest": (DigestsAnswer, FilesAnswer[DigestsAnswer]),
        "export": (ExportAnswer,),
        "flow": (FlowAnswer,),
        "followups": (FollowUpsAnswer, FilesAnswer[FollowUpsAnswer]),
        "forecast": (ForecastAnswer,),
        "funnel": (FunnelAnswer,),
        "holidays": (BookAnswer[RunAnswer[Answer]],),
        "import": (ImportReport,),
        "insights": (InsightsAnswer,),
        "inspect": (InspectionAnswer, FilesAnswer[InspectionAnswer]),
        "lead": (BookAnswer[RunAnswer[TakenLeads]], WrittenFiles),
        "log": (BookAnswer[RunAnswer[LoggedMessages]],),
        "merge": (MergeReport,),
        "merge-accounts": (BookAnswer[RunAnswer[RenamedRows]],),
        "payments": (PaymentsAnswer,),
        "plan": (SalesPlanAnswer,),
        "playbook add": (BookAnswer[RunAnswer[Answer]],),
        "playbook check": (PlaybookCheck,),
        "playbook list": (PlaybookList,),
        "playbook show": (PlaybookDetails,),
        "playbook use": (BookAnswer[RunAnswer[SwitchedPlaybook]],),
        "prepare": (BookAnswer[RunAnswer[VisitChecklist]],),
        "print": (FilesAnswer[RunAnswer[PrintedPapers]], BookAnswer[RunAnswer[PrintedPapers]]),
        "quote": (FilesAnswer[RunAnswer[PrintedPapers]], BookAnswer[RunAnswer[PrintedPapers]]),
        "recurring": (RecurringAnswer,),
        "column": (BookAnswer[RunAnswer[DeclaredColumnRow]],),
        "commission": (CommissionAnswer,),
        "rename": (BookAnswer[RunAnswer[RenamedRows]],),
        "revise": (BookAnswer[RunAnswer[RevisedQuote]],),
        "rollup": (RollupReport,),
        "share": (ShareReport,),
        "template check": (TemplateCheck,),
        "template fields": (TemplateFields,),
        "template list": (TemplateList,),
        "undo": (UndoReport,),
        "update": (BookAnswer[RunAnswer[Answer]], ChangeSheetFile),
        "watch": (TimedOutcomeLine, InboxPass),
    }
)
"""Command → the answers it can print with --json; batch and watch print one per line."""

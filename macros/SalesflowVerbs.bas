Attribute VB_Name = "SalesflowVerbs"
Option Explicit
' Generated from the declarations of the verbs by: python -m xl_salesflow.excel.addin

Public Sub Salesflow_check(control As IRibbonControl)
    SalesflowPress "check"
End Sub

Public Sub Salesflow_update(control As IRibbonControl)
    SalesflowPress "update"
End Sub

Public Sub Salesflow_new_deal(control As IRibbonControl)
    SalesflowPressForm "new_deal", Array("company", "contact", "reach", "name", "amount", "source", "owner")
End Sub

Public Sub Salesflow_next_stage(control As IRibbonControl)
    SalesflowPress "next_stage", CLng(Val(control.Tag))
End Sub

Public Sub SalesflowMenu_next_stage(control As IRibbonControl, ByRef content As Variant)
    content = SalesflowMenu(SalesflowStageItems())
End Sub

Public Sub Salesflow_won(control As IRibbonControl)
    SalesflowPress "won"
End Sub

Public Sub Salesflow_lost(control As IRibbonControl)
    SalesflowPress "lost", CLng(Val(control.Tag))
End Sub

Public Sub SalesflowMenu_lost(control As IRibbonControl, ByRef content As Variant)
    content = SalesflowMenu(SalesflowListItems("lost", "loss_reason"))
End Sub

Public Sub Salesflow_explain(control As IRibbonControl)
    SalesflowPress "explain"
End Sub

Public Sub Salesflow_bant(control As IRibbonControl)
    SalesflowPress "bant"
End Sub

Public Sub Salesflow_score(control As IRibbonControl)
    SalesflowPress "score"
End Sub

Public Sub Salesflow_followups(control As IRibbonControl)
    SalesflowPress "followups"
End Sub

Public Sub Salesflow_prepare(control As IRibbonControl)
    SalesflowPress "prepare"
End Sub

Public Sub Salesflow_activity(control As IRibbonControl)
    SalesflowPress "activity", CLng(Val(control.Tag))
End Sub

Public Sub SalesflowMenu_activity(control As IRibbonControl, ByRef content As Variant)
    content = SalesflowMenu(SalesflowListItems("activity", "activity_type"))
End Sub

Public Sub Salesflow_calendar(control As IRibbonControl)
    SalesflowPress "calendar"
End Sub

Public Sub Salesflow_quote(control As IRibbonControl)
    SalesflowPress "quote"
End Sub

Public Sub Salesflow_print(control As IRibbonControl)
    SalesflowPress "print", CLng(Val(control.Tag))
End Sub

Public Sub Salesflow_new_quote(control As IRibbonControl)
    SalesflowPress "new_quote"
End Sub

Public Sub Salesflow_revise(control As IRibbonControl)
    SalesflowPress "revise"
End Sub

Public Sub Salesflow_funnel(control As IRibbonControl)
    SalesflowPress "funnel"
End Sub

Public Sub Salesflow_report(control As IRibbonControl)
    SalesflowPress "report"
End Sub

Public Sub Salesflow_audit(control As IRibbonControl)
    SalesflowPress "audit"
End Sub

Public Sub Salesflow_assign(control As IRibbonControl)
    SalesflowPress "assign"
End Sub

Public Sub Salesflow_approvals(control As IRibbonControl)
    SalesflowPress "approvals", CLng(Val(control.Tag))
End Sub

Public Sub Salesflow_payments(control As IRibbonControl)
    SalesflowPress "payments"
End Sub

Public Sub Salesflow_recurring(control As IRibbonControl)
    SalesflowPress "recurring"
End Sub

Public Sub Salesflow_commission(control As IRibbonControl)
    SalesflowPress "commission"
End Sub

Public Sub Salesflow_targets(control As IRibbonControl)
    SalesflowPress "targets"
End Sub

Public Sub Salesflow_flow(control As IRibbonControl)
    SalesflowPress "flow"
End Sub

Public Sub Salesflow_inspect(control As IRibbonControl)
    SalesflowPress "inspect"
End Sub

Public Sub Salesflow_forecast(control As IRibbonControl)
    SalesflowPress "forecast"
End Sub

Public Sub Salesflow_accuracy(control As IRibbonControl)
    SalesflowPress "accuracy"
End Sub

Public Sub Salesflow_cohorts(control As IRibbonControl)
    SalesflowPress "cohorts"
End Sub

Public Sub Salesflow_playbook(control As IRibbonControl)
    SalesflowPress "playbook", CLng(Val(control.Tag))
End Sub

Public Sub Salesflow_rename(control As IRibbonControl)
    SalesflowPress "rename"
End Sub

Public Sub Salesflow_diff(control As IRibbonControl)
    SalesflowPressFile "diff"
End Sub

Public Sub Salesflow_merge(control As IRibbonControl)
    SalesflowPressFile "merge"
End Sub

Public Sub Salesflow_compare(control As IRibbonControl)
    SalesflowPress "compare"
End Sub

Public Sub Salesflow_dates(control As IRibbonControl)
    SalesflowPress "dates", CLng(Val(control.Tag))
End Sub

Public Sub Salesflow_merge_customers(control As IRibbonControl)
    SalesflowPress "merge_customers"
End Sub

Public Sub Salesflow_undo(control As IRibbonControl)
    SalesflowPress "undo"
End Sub

Public Sub Salesflow_repair(control As IRibbonControl)
    SalesflowPress "repair"
End Sub

Public Sub Salesflow_language(control As IRibbonControl)
    SalesflowPress "language"
End Sub

Public Sub Salesflow_help(control As IRibbonControl)
    SalesflowPress "help"
End Sub

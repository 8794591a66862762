Attribute VB_Name = "SalesflowFunctions"
Option Explicit
' Generated from the declarations of the functions by: python -m xl_salesflow.excel.addin

Public Function bant_score(budget As Variant, authority As Variant, need As Variant, timeline As Variant) As Variant
    bant_score = SalesflowCall("bant_score", Array(SalesflowLanguage(), budget, authority, need, timeline))
End Function

Public Function bant_grade(budget As Variant, authority As Variant, need As Variant, timeline As Variant) As Variant
    bant_grade = SalesflowCall("bant_grade", Array(SalesflowLanguage(), budget, authority, need, timeline))
End Function

Public Function weighted_value(amount As Variant, probability As Variant) As Variant
    weighted_value = SalesflowCall("weighted_value", Array(SalesflowLanguage(), amount, probability))
End Function

Public Function win_rate(won As Variant, lost As Variant) As Variant
    win_rate = SalesflowCall("win_rate", Array(SalesflowLanguage(), won, lost))
End Function

Public Function days_in_stage(since As Variant, Optional today As Variant) As Variant
    days_in_stage = SalesflowCall("days_in_stage", Array(SalesflowLanguage(), since, today))
End Function

Public Function amount_in_capitals(amount As Variant) As Variant
    amount_in_capitals = SalesflowCall("amount_in_capitals", Array(SalesflowLanguage(), amount))
End Function

Public Function cannot_move(deal As Variant) As Variant
    cannot_move = SalesflowCall("cannot_move", Array(SalesflowLanguage(), deal))
End Function

Public Function next_stages(deal As Variant) As Variant
    next_stages = SalesflowCall("next_stages", Array(SalesflowLanguage(), deal))
End Function

Public Sub SalesflowDescribe()
    ' Not every Excel lets a hidden add-in describe its functions; they work without.
    On Error Resume Next
    Application.MacroOptions Macro:="bant_score", Description:=SalesflowText("fx.bant_score"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.budget"), SalesflowText("fx.argument.authority"), SalesflowText("fx.argument.need"), SalesflowText("fx.argument.timeline"))
    Application.MacroOptions Macro:="bant_grade", Description:=SalesflowText("fx.bant_grade"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.budget"), SalesflowText("fx.argument.authority"), SalesflowText("fx.argument.need"), SalesflowText("fx.argument.timeline"))
    Application.MacroOptions Macro:="weighted_value", Description:=SalesflowText("fx.weighted_value"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.amount"), SalesflowText("fx.argument.probability"))
    Application.MacroOptions Macro:="win_rate", Description:=SalesflowText("fx.win_rate"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.won"), SalesflowText("fx.argument.lost"))
    Application.MacroOptions Macro:="days_in_stage", Description:=SalesflowText("fx.days_in_stage"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.since"), SalesflowText("fx.argument.today"))
    Application.MacroOptions Macro:="amount_in_capitals", Description:=SalesflowText("fx.amount_in_capitals"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.amount"))
    Application.MacroOptions Macro:="cannot_move", Description:=SalesflowText("fx.cannot_move"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.deal"))
    Application.MacroOptions Macro:="next_stages", Description:=SalesflowText("fx.next_stages"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.deal"))
End Sub

Private Function SalesflowCall(ByVal functionName As String, ByVal cells As Variant) As Variant
    #If Mac Then
        SalesflowCall = CVErr(xlErrNA)
    #Else
        ' The workbook that asks may be another one than the one in front.
        Dim asking As Workbook
        On Error GoTo Failed
        Set asking = ActiveWorkbook
        If TypeName(Application.Caller) = "Range" Then Set asking = Application.Caller.Worksheet.Parent
        SalesflowCall = XLPy.CallUDF("xl_salesflow.excel.udfs", functionName, cells, asking, Application.Caller)
        Exit Function
Failed:
        SalesflowCall = Err.Description
    #End If
End Function

Attribute VB_Name = "SalesflowFunctions"
Option Explicit
' Generated from the declarations of the functions by: python -m xl_salesflow.excel.addin

Public Function sf_bant_score(budget As Variant, authority As Variant, need As Variant, timeline As Variant) As Variant
    sf_bant_score = SalesflowCall("sf_bant_score", Array(SalesflowLanguage(), budget, authority, need, timeline))
End Function

Public Function sf_bant_grade(budget As Variant, authority As Variant, need As Variant, timeline As Variant) As Variant
    sf_bant_grade = SalesflowCall("sf_bant_grade", Array(SalesflowLanguage(), budget, authority, need, timeline))
End Function

Public Function sf_weighted_value(amount As Variant, probability As Variant) As Variant
    sf_weighted_value = SalesflowCall("sf_weighted_value", Array(SalesflowLanguage(), amount, probability))
End Function

Public Function sf_win_rate(won As Variant, lost As Variant) As Variant
    sf_win_rate = SalesflowCall("sf_win_rate", Array(SalesflowLanguage(), won, lost))
End Function

Public Function sf_days_in_stage(since As Variant, Optional today As Variant) As Variant
    sf_days_in_stage = SalesflowCall("sf_days_in_stage", Array(SalesflowLanguage(), since, today))
End Function

Public Function sf_amount_in_capitals(amount As Variant) As Variant
    sf_amount_in_capitals = SalesflowCall("sf_amount_in_capitals", Array(SalesflowLanguage(), amount))
End Function

Public Function sf_cannot_move(deal As Variant) As Variant
    sf_cannot_move = SalesflowCall("sf_cannot_move", Array(SalesflowLanguage(), deal))
End Function

Public Function sf_next_stages(deal As Variant) As Variant
    sf_next_stages = SalesflowCall("sf_next_stages", Array(SalesflowLanguage(), deal))
End Function

Public Sub SalesflowDescribe()
    ' Not every Excel lets a hidden add-in describe its functions; they work without.
    On Error Resume Next
    Application.MacroOptions Macro:="sf_bant_score", Description:=SalesflowText("fx.sf_bant_score"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.budget"), SalesflowText("fx.argument.authority"), SalesflowText("fx.argument.need"), SalesflowText("fx.argument.timeline"))
    Application.MacroOptions Macro:="sf_bant_grade", Description:=SalesflowText("fx.sf_bant_grade"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.budget"), SalesflowText("fx.argument.authority"), SalesflowText("fx.argument.need"), SalesflowText("fx.argument.timeline"))
    Application.MacroOptions Macro:="sf_weighted_value", Description:=SalesflowText("fx.sf_weighted_value"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.amount"), SalesflowText("fx.argument.probability"))
    Application.MacroOptions Macro:="sf_win_rate", Description:=SalesflowText("fx.sf_win_rate"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.won"), SalesflowText("fx.argument.lost"))
    Application.MacroOptions Macro:="sf_days_in_stage", Description:=SalesflowText("fx.sf_days_in_stage"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.since"), SalesflowText("fx.argument.today"))
    Application.MacroOptions Macro:="sf_amount_in_capitals", Description:=SalesflowText("fx.sf_amount_in_capitals"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.amount"))
    Application.MacroOptions Macro:="sf_cannot_move", Description:=SalesflowText("fx.sf_cannot_move"), _
        Category:="Salesflow", ArgumentDescriptions:=Array(SalesflowText("fx.argument.deal"))
    Application.MacroOptions Macro:="sf_next_stages", Description:=SalesflowText("fx.sf_next_stages"), _
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

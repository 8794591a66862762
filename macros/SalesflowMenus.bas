Attribute VB_Name = "SalesflowMenus"
Option Explicit
' The menus of the ribbon that depend on the workbook: the stages of the selected deal, and the open lists.
' A menu is read from the current sheets; nothing is judged here. An entry passes its row in the table to Python.

Private Const RIBBON_NAMESPACE As String = "http://schemas.microsoft.com/office/2009/07/customui"

Public Function SalesflowStageItems() As String
    ' One entry per stage of the selected deal's playbook, except lost ones, which require a reason.
    Dim stages As ListObject
    Dim playbook As String
    Dim kind As String
    Dim at As Long
    Dim items As String
    On Error GoTo NoItems
    Set stages = TableNamed("Stages")
    If stages Is Nothing Then Exit Function
    If stages.DataBodyRange Is Nothing Then Exit Function
    playbook = SelectedPlaybook()
    For at = 1 To stages.ListRows.Count
        kind = CellOf(stages, "Stages.kind", at)
        If CellOf(stages, "Stages.playbook", at) = playbook And Not IsEither(kind, "kind.lost") Then
            items = items & SalesflowItem("next_stage", at, CellOf(stages, "Stages.stage", at))
        End If
    Next at
    SalesflowStageItems = items
NoItems:
End Function

Public Function SalesflowListItems(ByVal verb As String, ByVal column As String) As String
    ' One entry per value of a column of the sheet Lists.
    Dim lists As ListObject
    Dim shown As String
    Dim at As Long
    Dim items As String
    On Error GoTo NoItems
    Set lists = TableNamed("Lists")
    If lists Is Nothing Then Exit Function
    If lists.DataBodyRange Is Nothing Then Exit Function
    For at = 1 To lists.ListRows.Count
        shown = CellOf(lists, "Lists." & column, at)
        If shown <> "" Then items = items & SalesflowItem(verb, at, shown)
    Next at
    SalesflowListItems = items
NoItems:
End Function

Public Function SalesflowMenu(ByVal items As String) As String
    If items = "" Then items = "<button id=""sf_none"" enabled=""false"" label=""" & SalesflowEscaped(SalesflowText("nothing")) & """/>"
    SalesflowMenu = "<menu xmlns=""" & RIBBON_NAMESPACE & """>" & items & "</menu>"
End Function

Public Function SalesflowItem(ByVal verb As String, ByVal at As Long, ByVal shown As String) As String
    SalesflowItem = "<button id=""sf_" & verb & "_" & at & """ tag=""" & at & """ label=""" & SalesflowEscaped(shown) & _
        """ onAction=""Salesflow_" & verb & """/>"
End Function

Public Function SalesflowEscaped(ByVal shown As String) As String
    ' An ampersand would be read as a shortcut mark, so it is doubled for the ribbon before it is escaped for XML.
    shown = Replace(shown, "&", "&&")
    shown = Replace(shown, "&", "&amp;")
    shown = Replace(shown, "<", "&lt;")
    shown = Replace(shown, ">", "&gt;")
    SalesflowEscaped = Replace(shown, """", "&quot;")
End Function

Public Function SalesflowHex(ByVal shown As String) As String
    ' Four hexadecimal digits for each letter.
    Dim at As Long
    Dim code As String
    For at = 1 To Len(shown)
        code = Hex(AscW(Mid(shown, at, 1)) And &HFFFF&)
        SalesflowHex = SalesflowHex & String(4 - Len(code), "0") & code
    Next at
End Function

Public Function SalesflowIsStageCell(ByVal target As Range) As Boolean
    ' One cell of the column Stage of the table Deals, below its header.
    Dim deals As ListObject
    On Error GoTo NotOne
    If target.CountLarge <> 1 Then Exit Function
    Set deals = target.ListObject
    If deals Is Nothing Then Exit Function
    If LCase$(deals.Name) <> "deals" Then Exit Function
    If target.Row = deals.HeaderRowRange.Row Then Exit Function
    SalesflowIsStageCell = (target.Column = deals.Range.Column + ColumnOf(deals, "Deals.stage") - 1)
NotOne:
End Function

Private Function SelectedPlaybook() As String
    ' The playbook of the deal in the selected row, or the workbook's default.
    Dim here As ListObject
    Dim deals As ListObject
    Dim found As Variant
    On Error Resume Next
    SelectedPlaybook = CStr(ActiveWorkbook.Names("DefaultPlaybook").RefersToRange.Value)
    Set here = ActiveCell.ListObject
    On Error GoTo 0
    Set deals = TableNamed("Deals")
    If here Is Nothing Or deals Is Nothing Then Exit Function
    If ColumnOf(here, "Deals.deal") = 0 Then Exit Function
    If deals.DataBodyRange Is Nothing Then Exit Function
    found = Application.Match(here.Parent.Cells(ActiveCell.Row, here.Range.Column + ColumnOf(here, "Deals.deal") - 1).Value, _
        deals.ListColumns(ColumnOf(deals, "Deals.deal")).DataBodyRange, 0)
    If IsError(found) Then Exit Function
    If CellOf(deals, "Deals.playbook", CLng(found)) <> "" Then SelectedPlaybook = CellOf(deals, "Deals.playbook", CLng(found))
End Function

Private Function TableNamed(ByVal tableName As String) As ListObject
    Dim sheetShown As Worksheet
    Dim candidate As ListObject
    If ActiveWorkbook Is Nothing Then Exit Function
    For Each sheetShown In ActiveWorkbook.Worksheets
        For Each candidate In sheetShown.ListObjects
            If LCase$(candidate.Name) = LCase$(tableName) Then
                Set TableNamed = candidate
                Exit Function
            End If
        Next candidate
    Next sheetShown
End Function

Private Function ColumnOf(ByVal table As ListObject, ByVal key As String) As Long
    ' The position of a column by its header in either language; 0 if there is none.
    Dim header As ListColumn
    For Each header In table.ListColumns
        If IsEither(header.Name, key) Then
            ColumnOf = header.Index
            Exit Function
        End If
    Next header
End Function

Private Function CellOf(ByVal table As ListObject, ByVal key As String, ByVal at As Long) As String
    Dim place As Long
    Dim found As Variant
    place = ColumnOf(table, key)
    If place = 0 Then Exit Function
    found = table.DataBodyRange.Cells(at, place).Value
    If Not IsError(found) Then CellOf = CStr(found)
End Function

Private Function IsEither(ByVal shown As String, ByVal key As String) As Boolean
    Dim texts As Worksheet
    Dim found As Variant
    Set texts = ThisWorkbook.Worksheets("Texts")
    found = Application.Match(key, texts.Columns(1), 0)
    If IsError(found) Then Exit Function
    shown = LCase$(Trim$(shown))
    IsEither = (shown = LCase$(CStr(texts.Cells(CLng(found), 2).Value))) Or (shown = LCase$(CStr(texts.Cells(CLng(found), 3).Value)))
End Function

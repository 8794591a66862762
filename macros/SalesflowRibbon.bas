Attribute VB_Name = "SalesflowRibbon"
Option Explicit
' The callbacks of the ribbon: texts, language, the switch for the live check, and the calls to Python.
' All texts are on the sheet Texts of this add-in, in English (column 2) and Chinese (column 3).

Private Const APPLICATION_NAME As String = "salesflow"
Private Const SECTION_NAME As String = "ribbon"

Private Const SECONDS_SHOWN As Long = 20

Private ribbonShown As IRibbonUI
Private applicationWatch As SalesflowEvents
Private clearAt As Date
Private described As Boolean

Public Sub SalesflowLoaded(ribbon As IRibbonUI)
    Set ribbonShown = ribbon
    Set applicationWatch = New SalesflowEvents
    applicationWatch.Watch Application, LiveCheck()
    If Not ActiveWorkbook Is Nothing Then SalesflowWorkbookShown
End Sub

Public Sub SalesflowWorkbookShown()
    ' Functions can be described only while a workbook is open.
    If described Then Exit Sub
    described = True
    SalesflowDescribe
End Sub

Public Sub SalesflowShown()
    ' What a button says stays in the status bar for a while, and then Excel has it back.
    On Error Resume Next
    clearAt = DateAdd("s", SECONDS_SHOWN, Now)
    Application.OnTime clearAt, "'" & ThisWorkbook.Name & "'!SalesflowCleared"
End Sub

Public Sub SalesflowCleared()
    ' A later press has a time of its own.
    If Now >= clearAt Then Application.StatusBar = False
End Sub

Public Sub SalesflowLabel(control As IRibbonControl, ByRef shown As Variant)
    shown = SalesflowText(control.ID)
End Sub

Public Sub SalesflowTip(control As IRibbonControl, ByRef shown As Variant)
    shown = SalesflowText(control.ID & ".tip")
End Sub

Public Sub SalesflowLivePressed(control As IRibbonControl, ByRef pressed As Variant)
    pressed = LiveCheck()
End Sub

Public Sub SalesflowLiveSwitched(control As IRibbonControl, pressed As Boolean)
    SaveSetting APPLICATION_NAME, SECTION_NAME, "live", IIf(pressed, "1", "0")
    If applicationWatch Is Nothing Then Set applicationWatch = New SalesflowEvents
    applicationWatch.Watch Application, pressed
End Sub

Public Sub SalesflowPressFile(ByVal verb As String)
    ' Asks for another workbook first.
    Dim chosen As Variant
    #If Mac Then
        chosen = Application.GetOpenFilename()
    #Else
        chosen = Application.GetOpenFilename(SalesflowText("workbooks") & " (*.xlsx;*.xlsm),*.xlsx;*.xlsm", , SalesflowText("sf_" & verb))
    #End If
    If VarType(chosen) = vbString Then SalesflowPress verb, 0, CStr(chosen)
End Sub

Public Sub SalesflowPressForm(ByVal verb As String, ByVal fields As Variant)
    ' Asks for one field after the other; Cancel ends, and nothing has happened.
    Const LONGEST As Long = 120
    Dim at As Long
    Dim answer As Variant
    Dim typed As String
    If ActiveWorkbook Is Nothing Then
        SalesflowPress verb
        Exit Sub
    End If
    For at = LBound(fields) To UBound(fields)
        answer = Application.InputBox(SalesflowText("form." & fields(at)), SalesflowText("sf_" & verb) & " (" & (at + 1) & "/" & (UBound(fields) + 1) & ")", Type:=2)
        If VarType(answer) = vbBoolean Then Exit Sub
        typed = typed & Left(Replace(Replace(CStr(answer), vbCr, " "), vbLf, " "), LONGEST) & vbLf
    Next at
    SalesflowPress verb, 0, typed
End Sub

Public Sub SalesflowPress(ByVal verb As String, Optional ByVal choice As Long = 0, Optional ByVal file As String = "")
    ' Runs one button; verb and choice come from this project only, and a file name or what was typed is passed only as character codes,
    ' so that no text of a workbook becomes part of the command.
    On Error GoTo Failed
    Dim outcome As Variant
    If ActiveWorkbook Is Nothing Then
        MsgBox SalesflowText(IIf(InProtectedView(), "protected_view", "no_workbook")), vbExclamation, SalesflowText("sf_tab")
        Exit Sub
    End If
    If verb = "language" Then SwitchLanguage
    Application.StatusBar = SalesflowText("running")
    clearAt = DateAdd("h", 1, Now)
    outcome = RunPython("from xl_salesflow.excel import buttons; buttons.press('" & verb & "', " & choice & ", '" & SalesflowLanguage() & "', '" & SalesflowHex(file) & "')")
    #If Not Mac Then
        ' On macOS, Python still runs now, and the module of xlwings says when it has ended.
        If outcome = -1 Then Application.StatusBar = False Else SalesflowShown
    #End If
    Exit Sub
Failed:
    Application.StatusBar = False
    MsgBox SalesflowText("failed") & " (" & Err.Description & ")", vbExclamation, SalesflowText("sf_tab")
End Sub

Public Function SalesflowText(ByVal key As String) As String
    Dim texts As Worksheet
    Dim found As Variant
    Set texts = ThisWorkbook.Worksheets("Texts")
    found = Application.Match(key, texts.Columns(1), 0)
    If IsError(found) Then
        SalesflowText = key
    Else
        SalesflowText = CStr(texts.Cells(CLng(found), IIf(SalesflowLanguage() = "zh", 3, 2)).Value)
    End If
End Function

Public Function SalesflowLanguage() As String
    ' The language that the person chose, else that of Excel.
    Dim chosen As String
    chosen = GetSetting(APPLICATION_NAME, SECTION_NAME, "language", "")
    If chosen = "" Then chosen = LanguageOfExcel()
    SalesflowLanguage = chosen
End Function

Private Function LanguageOfExcel() As String
    ' Late binding, since not every Excel has these settings.
    Const INTERFACE_LANGUAGE As Long = 2
    Dim host As Object
    Dim code As Long
    LanguageOfExcel = "en"
    Set host = Application
    On Error Resume Next
    code = host.LanguageSettings.LanguageID(INTERFACE_LANGUAGE)
    On Error GoTo 0
    If (code And &H3FF) = 4 Then LanguageOfExcel = "zh"
End Function

Private Sub SwitchLanguage()
    SaveSetting APPLICATION_NAME, SECTION_NAME, "language", IIf(SalesflowLanguage() = "zh", "en", "zh")
    If Not ribbonShown Is Nothing Then ribbonShown.Invalidate
End Sub

Private Function InProtectedView() As Boolean
    ' A workbook in Protected View is not among the open workbooks; Excel for Mac has no such view.
    Dim host As Object
    On Error Resume Next
    Set host = Application
    InProtectedView = (host.ProtectedViewWindows.Count > 0)
End Function

Private Function LiveCheck() As Boolean
    LiveCheck = (GetSetting(APPLICATION_NAME, SECTION_NAME, "live", "0") = "1")
End Function

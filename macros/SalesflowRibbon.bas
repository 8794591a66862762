Attribute VB_Name = "SalesflowRibbon"
Option Explicit
' The callbacks of the ribbon: texts, language, the switch for the live check, and the calls to Python.
' All texts are on the sheet Texts of this add-in, in English (column 2) and Chinese (column 3).

Private Const APPLICATION_NAME As String = "salesflow"
Private Const SECTION_NAME As String = "ribbon"

Private ribbonShown As IRibbonUI
Private cellWatch As SalesflowEvents

Public Sub SalesflowLoaded(ribbon As IRibbonUI)
    Set ribbonShown = ribbon
    SetWatch LiveCheck()
    SalesflowDescribe
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
    SetWatch pressed
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

Public Sub SalesflowPress(ByVal verb As String, Optional ByVal choice As Long = 0, Optional ByVal file As String = "")
    ' Runs one button; verb and choice come from this project only, and a file name is passed only as character codes,
    ' so that no text of a workbook becomes part of the command.
    On Error GoTo Failed
    If ActiveWorkbook Is Nothing Then
        MsgBox SalesflowText("no_workbook"), vbExclamation, SalesflowText("sf_tab")
        Exit Sub
    End If
    If verb = "language" Then SwitchLanguage
    Application.StatusBar = SalesflowText("running")
    RunPython "from xl_salesflow.excel import buttons; buttons.press('" & verb & "', " & choice & ", '" & SalesflowLanguage() & "', '" & SalesflowHex(file) & "')"
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

Private Function LiveCheck() As Boolean
    LiveCheck = (GetSetting(APPLICATION_NAME, SECTION_NAME, "live", "0") = "1")
End Function

Private Sub SetWatch(ByVal watching As Boolean)
    If watching Then
        Set cellWatch = New SalesflowEvents
        cellWatch.Watch Application
    Else
        Set cellWatch = Nothing
    End If
End Sub

"""The ribbon as XML, the Subs behind it and the worksheet functions, made from the declarations into macros/."""

from __future__ import annotations

from collections.abc import Iterator

from xl_salesflow.excel.menus import MENUS
from xl_salesflow.excel.wizard import CATEGORY, FUNCTIONS, MODULE
from xl_salesflow.model.verbs import GROUPS, VERBS, Verb

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
FILE = "file"
"""The menu of a verb that asks for another workbook."""

_ASKED = 'getLabel="SalesflowLabel" getScreentip="SalesflowLabel" getSupertip="SalesflowTip"'


def ribbon_verbs() -> tuple[Verb, ...]:
    """Return the verbs that have a button, in the order of the tab."""
    return tuple(verb for group in GROUPS for verb in VERBS.values() if verb.group == group)


def ribbon_xml() -> str:
    """Return the tab: labels and tips are asked for, so that one file serves both languages."""
    return "\n".join(
        (
            f'<customUI xmlns="{NAMESPACE}" onLoad="SalesflowLoaded">',
            "  <ribbon>",
            "    <tabs>",
            '      <tab id="sf_tab" getLabel="SalesflowLabel" insertAfterMso="TabHome">',
            *(line for group in GROUPS for line in _group(group)),
            "      </tab>",
            "    </tabs>",
            "  </ribbon>",
            "</customUI>",
            "",
        )
    )


def verbs_module() -> str:
    """Return the VBA module with one Sub per button and one per menu."""
    return "\n".join(
        (
            'Attribute VB_Name = "SalesflowVerbs"',
            "Option Explicit",
            "' Made from the declarations of the verbs by: python -m xl_salesflow.excel.addin",
            *(line for verb in ribbon_verbs() for line in _subs(verb)),
            "",
        )
    )


def functions_module() -> str:
    """Return the VBA module with one worksheet function per declared one, and the words of the function wizard."""
    return "\n".join(
        (
            'Attribute VB_Name = "SalesflowFunctions"',
            "Option Explicit",
            "' Made from the declarations of the functions by: python -m xl_salesflow.excel.addin",
            *(line for name in FUNCTIONS for line in _function(name)),
            "",
            "Public Sub SalesflowDescribe()",
            "    ' Not every Excel lets a hidden add-in describe its functions; they work without.",
            "    On Error Resume Next",
            *(line for name in FUNCTIONS for line in _described(name)),
            "End Sub",
            "",
            "Private Function SalesflowCall(ByVal functionName As String, ByVal cells As Variant) As Variant",
            "    #If Mac Then",
            "        SalesflowCall = CVErr(xlErrNA)",
            "    #Else",
            "        ' The workbook that asks may be another one than the one in front.",
            "        Dim asking As Workbook",
            "        On Error GoTo Failed",
            "        Set asking = ActiveWorkbook",
            '        If TypeName(Application.Caller) = "Range" Then Set asking = Application.Caller.Worksheet.Parent',
            f'        SalesflowCall = XLPy.CallUDF("{MODULE}", functionName, cells, asking, Application.Caller)',
            "        Exit Function",
            "Failed:",
            "        SalesflowCall = Err.Description",
            "    #End If",
            "End Function",
            "",
        )
    )


def _function(name: str) -> Iterator[str]:
    arguments, needed = FUNCTIONS[name].arguments, FUNCTIONS[name].needed
    taken = (f"{'' if at < needed else 'Optional '}{one} As Variant" for at, one in enumerate(arguments))
    yield from (
        "",
        f"Public Function {name}({', '.join(taken)}) As Variant",
        f'    {name} = SalesflowCall("{name}", Array(SalesflowLanguage(), {", ".join(arguments)}))',
        "End Function",
    )


def _described(name: str) -> Iterator[str]:
    words = ", ".join(f'SalesflowText("fx.argument.{one}")' for one in FUNCTIONS[name].arguments)
    yield f'    Application.MacroOptions Macro:="{name}", Description:=SalesflowText("fx.{name}"), _'
    yield f'        Category:="{CATEGORY}", ArgumentDescriptions:=Array({words})'


def _group(group: str) -> Iterator[str]:
    yield f'        <group id="sf_group_{group}" getLabel="SalesflowLabel">'
    for verb in ribbon_verbs():
        if verb.group == group:
            yield f"          {_control(verb)}"
    if group == "deals":
        yield (
            f'          <toggleButton id="sf_live" {_ASKED} imageMso="ReviewTrackChanges" '
            'getPressed="SalesflowLivePressed" onAction="SalesflowLiveSwitched"/>'
        )
    yield "        </group>"


def _control(verb: Verb) -> str:
    look = f'id="sf_{verb.id}" {_ASKED} imageMso="{verb.icon}" size="{"large" if verb.large else "normal"}"'
    if verb.menu in MENUS:  # they are the same in every workbook
        items = "".join(
            f'<button id="sf_{verb.id}_{at}" getLabel="SalesflowLabel" tag="{at}" onAction="Salesflow_{verb.id}"/>'
            for at in range(1, len(MENUS[verb.menu]) + 1)
        )
        return f"<menu {look}>{items}</menu>"
    if verb.menu and verb.menu != FILE:
        return f'<dynamicMenu {look} getContent="SalesflowMenu_{verb.id}" invalidateContentOnDrop="true"/>'
    return f'<button {look} onAction="Salesflow_{verb.id}"/>'


def _subs(verb: Verb) -> Iterator[str]:
    choice = ", CLng(Val(control.Tag))" if verb.menu not in ("", FILE) else ""
    yield from (
        "",
        f"Public Sub Salesflow_{verb.id}(control As IRibbonControl)",
        f'    SalesflowPress{"File" if verb.menu == FILE else ""} "{verb.id}"{choice}',
        "End Sub",
    )
    if verb.menu and verb.menu != FILE and verb.menu not in MENUS:
        items = "SalesflowStageItems()" if verb.menu == "stages" else f'SalesflowListItems("{verb.id}", "{verb.menu}")'
        yield from (
            "",
            f"Public Sub SalesflowMenu_{verb.id}(control As IRibbonControl, ByRef content As Variant)",
            f"    content = SalesflowMenu({items})",
            "End Sub",
        )

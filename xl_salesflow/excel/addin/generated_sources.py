"""Generate the add-in's sources from the declarations: ribbon XML, VBA, and texts in both languages.

The texts are stored on the sheet Texts of the add-in, because VBA sources are ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS
from xl_salesflow.excel.addin_declarations import (
    COMPARISON_SPANS,
    DECISIONS,
    FORM_MENU,
    FUNCTION_ARGUMENTS,
    FUNCTION_CATEGORY,
    FUNCTION_DECLARATIONS,
    FUNCTION_MODULE,
    NEW_DEAL_PROMPTS,
)
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.playbook_files import list_playbook_names, playbook_title
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.verb_catalogue import RIBBON_GROUPS, VERBS, Verb

FIXED_MENUS: Mapping[str, tuple[Text, ...]] = {
    "papers": tuple(DEAL_DOCUMENT_KINDS[kind].name for kind in PRINTABLE_DOCUMENT_KINDS),
    "spans": tuple(COMPARISON_SPANS.values()),
    "decisions": tuple(DECISIONS.values()),
    "playbooks": tuple(playbook_title(name) for name in list_playbook_names()),
}
"""Menu of a verb → its entries."""

ADDIN_TEXTS: Mapping[str, Text] = {
    "sf_tab": Text("Sales"),
    "sf_live": Text("Live check"),
    "sf_live.tip": Text("Show at once whether the gates let a deal pass when you change its stage; off by default"),
    "running": Text("Working…"),
    "nothing": Text("Nothing to choose here"),
    "no_workbook": Text("Open a sales workbook first."),
    "protected_view": Text("The workbook is in Protected View; press Enable Editing first."),
    "workbooks": Text("Excel workbooks"),
    "failed": Text("Python could not be started; run “salesflow addin doctor” in a terminal, it names the remedy."),
}

_MENU_COLUMNS = ("Deals.deal", "Deals.stage", "Deals.playbook", "Stages.stage", "Stages.playbook", "Stages.kind")


def collect_addin_texts() -> dict[str, Text]:
    """Return every text by the key under which the VBA looks it up."""
    return dict(_addin_text_items())


def _addin_text_items() -> Iterator[tuple[str, Text]]:
    yield from ADDIN_TEXTS.items()
    for group_id, group in RIBBON_GROUPS.items():
        yield f"sf_group_{group_id}", group
    for verb in VERBS.values():
        if verb.group:
            yield f"sf_{verb.id}", verb.label
            yield f"sf_{verb.id}.tip", verb.tip
        yield from ((f"sf_{verb.id}_{at}", entry) for at, entry in enumerate(FIXED_MENUS.get(verb.menu, ()), 1))
    yield from ((f"form.{field}", prompt) for field, prompt in NEW_DEAL_PROMPTS.items())
    lists = [f"Lists.{verb.menu}" for verb in VERBS.values() if verb.menu in TABLES["Lists"].by_id]
    for name in (*_MENU_COLUMNS, *lists):
        table, _, column = name.partition(".")
        yield name, TABLES[table][column].header
    yield "kind.lost", CHOICES["kind"]["lost"]
    for function_id, function in FUNCTION_DECLARATIONS.items():
        yield f"fx.{function_id}", function.description
    for argument_id, argument in FUNCTION_ARGUMENTS.items():
        yield f"fx.argument.{argument_id}", argument


RIBBON_NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
FILE_MENU = "file"
"""The menu of a verb that needs another workbook."""

_ASKED_FIRST = {FILE_MENU: "File", FORM_MENU: "Form"}
"""Menu of a button that asks before it calls Python → the end of the name of the Sub that asks."""

_TEXT_CALLBACKS = 'getLabel="SalesflowLabel" getScreentip="SalesflowLabel" getSupertip="SalesflowTip"'


def ribbon_verbs() -> tuple[Verb, ...]:
    """Return the verbs that have a button, in the order of the ribbon tab."""
    return tuple(verb for group in RIBBON_GROUPS for verb in VERBS.values() if verb.group == group)


def ribbon_xml() -> str:
    """Return the ribbon tab as XML; labels and tips are callbacks, so that one file works in both languages."""
    return "\n".join(
        (
            f'<customUI xmlns="{RIBBON_NAMESPACE}" onLoad="SalesflowLoaded">',
            "  <ribbon>",
            "    <tabs>",
            '      <tab id="sf_tab" getLabel="SalesflowLabel" insertAfterMso="TabHome">',
            *(line for group in RIBBON_GROUPS for line in _ribbon_group_lines(group)),
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
            "' Generated from the declarations of the verbs by: python -m xl_salesflow.excel.addin",
            *(line for verb in ribbon_verbs() for line in _vba_sub_lines(verb)),
            "",
        )
    )


def functions_module() -> str:
    """Return the VBA module with all worksheet functions, and their descriptions for the function wizard."""
    return "\n".join(
        (
            'Attribute VB_Name = "SalesflowFunctions"',
            "Option Explicit",
            "' Generated from the declarations of the functions by: python -m xl_salesflow.excel.addin",
            *(line for name in FUNCTION_DECLARATIONS for line in _vba_function_lines(name)),
            "",
            "Public Sub SalesflowDescribe()",
            "    ' Not every Excel lets a hidden add-in describe its functions; they work without.",
            "    On Error Resume Next",
            *(line for name in FUNCTION_DECLARATIONS for line in _function_description_lines(name)),
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
            f'        SalesflowCall = XLPy.CallUDF("{FUNCTION_MODULE}", functionName, cells, asking, Application.Caller)',
            "        Exit Function",
            "Failed:",
            "        SalesflowCall = Err.Description",
            "    #End If",
            "End Function",
            "",
        )
    )


def _vba_function_lines(name: str) -> Iterator[str]:
    arguments, needed = FUNCTION_DECLARATIONS[name].arguments, FUNCTION_DECLARATIONS[name].required_count
    taken = (f"{'' if at < needed else 'Optional '}{one} As Variant" for at, one in enumerate(arguments))
    yield from (
        "",
        f"Public Function {name}({', '.join(taken)}) As Variant",
        f'    {name} = SalesflowCall("{name}", Array(SalesflowLanguage(), {", ".join(arguments)}))',
        "End Function",
    )


def _function_description_lines(name: str) -> Iterator[str]:
    words = ", ".join(f'SalesflowText("fx.argument.{one}")' for one in FUNCTION_DECLARATIONS[name].arguments)
    yield f'    Application.MacroOptions Macro:="{name}", Description:=SalesflowText("fx.{name}"), _'
    yield f'        Category:="{FUNCTION_CATEGORY}", ArgumentDescriptions:=Array({words})'


def _ribbon_group_lines(group: str) -> Iterator[str]:
    yield f'        <group id="sf_group_{group}" getLabel="SalesflowLabel">'
    for verb in ribbon_verbs():
        if verb.group == group:
            yield f"          {_ribbon_control(verb)}"
    if group == "deals":
        yield (
            f'          <toggleButton id="sf_live" {_TEXT_CALLBACKS} imageMso="ReviewTrackChanges" '
            'getPressed="SalesflowLivePressed" onAction="SalesflowLiveSwitched"/>'
        )
    yield "        </group>"


def _ribbon_control(verb: Verb) -> str:
    look = f'id="sf_{verb.id}" {_TEXT_CALLBACKS} imageMso="{verb.icon}" size="{"large" if verb.large else "normal"}"'
    if verb.menu in FIXED_MENUS:  # these are the same in every workbook
        items = "".join(
            f'<button id="sf_{verb.id}_{at}" getLabel="SalesflowLabel" tag="{at}" onAction="Salesflow_{verb.id}"/>'
            for at in range(1, len(FIXED_MENUS[verb.menu]) + 1)
        )
        return f"<menu {look}>{items}</menu>"
    if verb.menu and verb.menu not in _ASKED_FIRST:
        return f'<dynamicMenu {look} getContent="SalesflowMenu_{verb.id}" invalidateContentOnDrop="true"/>'
    return f'<button {look} onAction="Salesflow_{verb.id}"/>'


def _vba_sub_lines(verb: Verb) -> Iterator[str]:
    choice = ", CLng(Val(control.Tag))" if verb.menu and verb.menu not in _ASKED_FIRST else ""
    fields = ", ".join(f'"{field}"' for field in NEW_DEAL_PROMPTS)
    asked = f", Array({fields})" if verb.menu == FORM_MENU else ""
    yield from (
        "",
        f"Public Sub Salesflow_{verb.id}(control As IRibbonControl)",
        f'    SalesflowPress{_ASKED_FIRST.get(verb.menu, "")} "{verb.id}"{choice}{asked}',
        "End Sub",
    )
    if verb.menu and verb.menu not in _ASKED_FIRST and verb.menu not in FIXED_MENUS:
        items = "SalesflowStageItems()" if verb.menu == "stages" else f'SalesflowListItems("{verb.id}", "{verb.menu}")'
        yield from (
            "",
            f"Public Sub SalesflowMenu_{verb.id}(control As IRibbonControl, ByRef content As Variant)",
            f"    content = SalesflowMenu({items})",
            "End Sub",
        )

"""The cells of the sheet Start: what is due, the next calls, and the month against its target."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.cell_declaration import ALL_VALUES_LABEL, NamedCell, declare_named_cell
from xl_salesflow.schema.table_columns import T

START_CALLS = 5
"""The number of calls on the sheet Start."""

START_STEPS = (
    (
        Text("Set up once"),
        Text(
            "Fill in Team, Products and Settings; look through Stages and Gates. Unhide a sheet by right-clicking any tab."
        ),
    ),
    (
        Text("Work every day"),
        Text("Enter deals and activities. To move a deal, choose another stage: it counts once it passes the gates."),
    ),
    (
        Text("Update and read"),
        Text(
            "Press Update on the Sales ribbon, or run: salesflow update BOOK.xlsx. Then read Follow-ups, Findings and Funnel."
        ),
    ),
)
"""What to do in a new workbook; the sheet Start shows it until there are deals."""

_OPEN_DEAL_CRITERIA = '{Deals.deal},"<>",{Deals.outcome},"<>"&{outcome:won},{Deals.outcome},"<>"&{outcome:lost}'
_MONTH_BEGIN, _MONTH_END = "DATE(YEAR(Today),MONTH(Today),1)", "DATE(YEAR(Today),MONTH(Today)+1,0)"
_WON_THIS_MONTH = (
    f'{{Deals.outcome}},{{outcome:won}},{{Deals.closed}},">="&{_MONTH_BEGIN},{{Deals.closed}},"<="&{_MONTH_END}'
)


# formulas as templates with a place marked @: this module is imported by every run, so it calls as little as possible
_COUNT = "IF(StartAll=1,COUNTIFS(@),COUNTIFS({Deals.owner},StartOwner,@))"
_SUM_OF_AMOUNTS = _COUNT.replace("COUNTIFS(", "SUMIFS({Deals.amount},")
_WON_VALUE = (
    f"IF({_COUNT.replace('@', _WON_THIS_MONTH)}=0,0,"
    f"""IF({_COUNT.replace("@", '{Deals.amount},"<>",' + _WON_THIS_MONTH)}=0,"","""
    f"ROUND({_SUM_OF_AMOUNTS.replace('@', _WON_THIS_MONTH)},2)))"
)

# the days that a target has in the month; SUMPRODUCT does not take MIN and MAX row by row
_TARGET_DAYS = (
    f"(({{Targets.to}}+{_MONTH_END}-ABS({{Targets.to}}-{_MONTH_END}))/2"
    f"-({{Targets.from}}+{_MONTH_BEGIN}+ABS({{Targets.from}}-{_MONTH_BEGIN}))/2+1)"
)
_WHOLE_TARGETS = (
    f'({_TARGET_DAYS}>0)*ISNUMBER({{Targets.target}})*({{Targets.product}}="")*({{Targets.sales_channel}}="")'
)
_CHOSEN_TARGETS = f'{_WHOLE_TARGETS}*({{Targets.owner}}=IF(StartAll=1,"",StartOwner))'
_OWNER_TARGETS = f'{_WHOLE_TARGETS}*({{Targets.owner}}<>"")*StartAll'
_TARGET_SUM = f"ROUND(SUMPRODUCT(@*{_TARGET_DAYS}/({{Targets.to}}-{{Targets.from}}+1),{{Targets.target}}),2)"
_START_TARGET = (
    f"IF(SUMPRODUCT({_CHOSEN_TARGETS})>0,{_TARGET_SUM.replace('@', _CHOSEN_TARGETS)},"
    f'IF(SUMPRODUCT({_OWNER_TARGETS})>0,{_TARGET_SUM.replace("@", _OWNER_TARGETS)},""))'
)

_LEFT_OUT_OF_START = (
    "(({FollowUps.rank}=0)+({FollowUps.done}={yes_no:yes})+(1-StartAll)*({FollowUps.owner}<>StartOwner)>0)*1E+12"
)
_START_ORDER = f"SUMPRODUCT(SMALL(({{FollowUps.rank}}*1000000+ROW({{FollowUps.rank}})+{_LEFT_OUT_OF_START}),@))"
_CALL_TIP = Text("From the sheet Follow-ups, without what is done")
_STEP_TIP = Text("Shown on Start until there are deals")
_ROW_TIP = Text("Its row in Follow-ups; the first call of each owner comes first")
_ACCOUNT, _DEAL, _CONTACT, _PHONE, _STEP, _WHY = (
    f'INDEX({{FollowUps.{column}}},StartRow@)&""'
    for column in ("account", "deal", "contact", "phone", "next_step", "why")
)
_CALL_CELLS = (
    (
        "StartRow", Text("Row of call {number}"), T.INTEGER, _ROW_TIP,
        f'IFERROR(IF({_START_ORDER}<1E+12,MOD({_START_ORDER},1000000)-ROW(INDEX({{FollowUps.rank}},1))+1,""),"")',
    ),
    (
        "StartWho", Text("Call {number}: customer"), T.TEXT, _CALL_TIP,
        f'IF(StartRow@="",IF(StartEmpty=1,CHOOSE(@,StartStep1,StartStep2,StartStep3,"",""),""),IF({_ACCOUNT}="",{_DEAL},{_ACCOUNT}))',
    ),
    (
        "StartReach", Text("Call {number}: person and phone"), T.TEXT, _CALL_TIP,
        f'IF(StartRow@="",IF((StartEmpty=0)*(@=1),StartIdle,""),{_CONTACT}&IF({_PHONE}="",""," "&{_PHONE}))',
    ),
    (
        "StartWhy", Text("Call {number}: what to do"), T.TEXT, _CALL_TIP,
        'IF(StartRow@="",IF(StartEmpty=1,CHOOSE(@,StartStepText1,StartStepText2,StartStepText3,"",""),""),'
        f'IF({_STEP}="",{_WHY},{_STEP}&" · "&{_WHY}))',
    ),
)  # fmt: skip
_STEP_PARTS = (("StartStep", Text("Step {number}"), 0), ("StartStepText", Text("Step {number}: what to do"), 1))


START_CELLS: tuple[NamedCell, ...] = (
    declare_named_cell(
        "StartOwner",
        "Owner",
        T.REF,
        "Whose day Start shows; (All) or blank shows everybody's",
        "Start",
        options="Team",
        default=ALL_VALUES_LABEL,
    ),
    declare_named_cell(
        "StartAll",
        "Everybody on Start",
        T.INTEGER,
        "1 when no owner is chosen",
        "Start",
        formula='IF(OR(StartOwner="",StartOwner=ViewEverything),1,0)',
    ),
    declare_named_cell(
        "StartEmpty",
        "No deals yet",
        T.INTEGER,
        "1 while the sheet Deals is empty",
        "Start",
        formula='IF(COUNTIFS({Deals.deal},"<>")=0,1,0)',
    ),
    declare_named_cell(
        "StartIdle",
        "Nobody to call",
        T.TEXT,
        "What Start says when nobody has to be called",
        "Start",
        default=Text("Nobody to call: every open deal has a next step later on."),
    ),
    declare_named_cell(
        "StartOverdue",
        "Overdue",
        T.INTEGER,
        "Open deals whose next step was due before today",
        "Start",
        formula=_COUNT.replace("@", f'{_OPEN_DEAL_CRITERIA},{{Deals.next_step_date}},"<"&Today'),
    ),
    declare_named_cell(
        "StartDue",
        "Due today",
        T.INTEGER,
        "Open deals whose next step is due today",
        "Start",
        formula=_COUNT.replace("@", f"{_OPEN_DEAL_CRITERIA},{{Deals.next_step_date}},Today"),
    ),
    declare_named_cell(
        "StartUnplanned",
        "No next step",
        T.INTEGER,
        "Open deals without a day for the next step",
        "Start",
        formula=_COUNT.replace("@", f'{_OPEN_DEAL_CRITERIA},{{Deals.next_step_date}},""'),
    ),
    declare_named_cell(
        "StartRefused",
        "Moves refused",
        T.INTEGER,
        "Deals whose last move did not pass a gate",
        "Start",
        formula=_COUNT.replace("@", '{Deals.deal},"<>",{Deals.move_status},{move_status:refused}'),
    ),
    declare_named_cell(
        "StartPassed",
        "Closing dates passed",
        T.INTEGER,
        "Open deals whose expected close is before today",
        "Start",
        formula=_COUNT.replace("@", f'{_OPEN_DEAL_CRITERIA},{{Deals.expected_close}},"<"&Today'),
    ),
    declare_named_cell(
        "StartWaiting",
        "Approvals waiting",
        T.INTEGER,
        "Requests on the sheet Waiting for me that wait for a decision",
        "Start",
        formula='COUNTIFS({Approvals.approval},"<>",{Approvals.status},{approval_status:waiting})',
    ),
    declare_named_cell(
        "StartWon",
        "Won this month",
        T.MONEY,
        "Deals won in this month, by their closing date; blank if there are some and none has an amount",
        "Start",
        formula=_WON_VALUE,
    ),
    declare_named_cell(
        "StartTarget",
        "Target of this month",
        T.MONEY,
        "The part of the targets that falls into this month, by days; without a target of the team, those of its owners",
        "Start",
        formula=_START_TARGET,
    ),
    declare_named_cell(
        "StartAttained",
        "Attained this month",
        T.PERCENT,
        "Won this month ÷ target of this month",
        "Start",
        formula='IF(OR(StartTarget="",StartWon=""),"",IF(StartTarget=0,"",StartWon/StartTarget))',
    ),
    declare_named_cell(
        "StartBar",
        "Bar of this month",
        T.TEXT,
        "A full bar is the target",
        "Start",
        formula='IF(StartAttained="","",REPT("█",MIN(20,ROUND(20*StartAttained,0))))',
    ),
    *(
        declare_named_cell(
            f"{name}{number}", label.with_facts(number=number), T.TEXT, _STEP_TIP, "Start", default=step[part]
        )
        for number, step in enumerate(START_STEPS, 1)
        for name, label, part in _STEP_PARTS
    ),
    *(
        declare_named_cell(
            f"{name}{number}",
            label.with_facts(number=number),
            cell_type,
            tip,
            "Start",
            formula=formula.replace("@", str(number)),
        )
        for number in range(1, START_CALLS + 1)
        for name, label, cell_type, tip, formula in _CALL_CELLS
    ),
)

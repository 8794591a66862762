"""The workbook that the corpora of mails and calendars are logged into."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from tests.tables import crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import Settings

TODAY = date(2026, 3, 31)
DEALS = """
deal    | name         | account      | contact     | owner       | stage       | outcome
D-00001 | Pump         | Acme         | Li Wei      | Mara Keller | Lead        | open
D-00002 | Valve        | Beta Ltd     | Ann Smith   | Bo Lin      | Lead        | open
D-00003 | Pipes        | Beta Ltd     | Ann Smith   | Bo Lin      | Lead        | open
D-00004 | Line         | 山东机械     | 王芳        | Mara Keller | Lead        | open
D-00005 | Rotor        | Gamma        | Karl        | Bo Lin      | Lost        | lost
D-00006 | Motor        | Delta GmbH   | Jürgen Groß | Mara Keller | Lead        | open
D-00007 | 工具機       | 台灣工具     | 陳大文      | Bo Lin      | Lead        | open
"""
CONTACTS = """
contact     | account      | email
Li Wei      | Acme         | li.wei@acme.com.cn
Ann Smith   | Beta Ltd     | Ann.Smith@beta.co.uk; ann@home.example
王芳        | 山东机械     | wangfang@qq.com
Karl        | Gamma        | karl@gmail.com
Jürgen Groß | Delta GmbH   | j.gross@delta.de
陳大文      | 台灣工具     | chen@taiwan-tools.com.tw
"""
ACCOUNTS = """
account    | website
Acme       | https://www.acme.com.cn/en
Beta Ltd   |
山东机械   | www.sdjx.cn
Gamma      |
Delta GmbH | delta.de
台灣工具   |
"""
TEAM = """
person      | email
Mara Keller | mara@ours.example
Bo Lin      | bo.lin@ours.example
"""
QUOTES = """
quote       | deal    | status | sent
Q-2026-0007 | D-00006 | sent   | 2026-02-20
Q-2026-0008 | D-00003 | draft  |
"""


@cache
def messages_book(language: Language = "en", time_zone: str = "Asia/Shanghai") -> Pipeline:
    """Return the workbook, whose team works in *time_zone*."""
    tables = {"Deals": DEALS, "Contacts": CONTACTS, "Accounts": ACCOUNTS, "Team": TEAM, "Quotes": QUOTES}
    made = crm(language, TODAY, **{name: rows(text, name) for name, text in tables.items()})
    return replace(made, settings=Settings({"time_zone": time_zone, "language": language}))

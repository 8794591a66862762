# ruff: noqa: E501  # a mail is one line
"""Mails as Outlook, Gmail, Apple, QQ, 163 and others write them, each with the activity that it becomes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.imports.messages.mail_programs import PROGRAMS, MailContent, write_mail
from tests.imports.messages.messages_book import messages_book
from xl_salesflow.core.intake_answers import LoggedMessage
from xl_salesflow.imports.messages.message_files import read_messages
from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window

PEOPLE = {
    "ann": "Ann Smith <Ann.Smith@BETA.co.uk>", "li": "李伟 <li.wei@acme.com.cn>", "wang": "王芳 <wangfang@qq.com>", "jürgen": "Jürgen Groß <j.gross@delta.de>",
    "chen": "陳大文 <chen@taiwan-tools.com.tw>", "karl": "Karl <karl@gmail.com>", "mara": "Mara Keller <mara@ours.example>", "bo": "Bo Lin <bo.lin@ours.example>",
    "zoe": "Zoe Zhao <zoe@mail.sdjx.cn>", "stranger": "Somebody <somebody@gmail.com>", "ivan": "Иван <ivan@delta.de>", "otto": "Otto Weiß <otto@delta.de>", "sato": "佐藤 <sato@acme.com.cn>",
}  # fmt: skip

CORPUS = """
program         | from     | to   | sent                   | subject                          | files               | text                              || deal    | found by | day        | at    | direction | contact     | by
outlook         | ann      | bo   | 2026-03-02 09:15 +0000 | RE: Offer D-00002                |                     | Thank you, that fits our budget.  || D-00002 | number   | 2026-03-02 | 17:15 | incoming  | Ann Smith   | Bo Lin
outlook         | bo       | ann  | 2026-03-02 23:30 +0800 | Your question about [D-00003]    | Price list.pdf      | The list you asked for.           || D-00003 | number   | 2026-03-02 | 23:30 | outgoing  | Ann Smith   | Bo Lin
outlook         | ann      | mara | 2026-03-03 18:00 +0000 | Question                         |                     | When can you deliver?             || asked   |          | 2026-03-04 |       |           |             |
outlook german  | jürgen   | mara | 2026-03-02 10:00 +0100 | AW: Angebot Q-2026-0007          |                     | Wir prüfen Ihr Angebot bis Freitag. || D-00006 | quote  | 2026-03-02 | 17:00 | incoming  | Jürgen Groß | Mara Keller
outlook german  | mara     | jürgen | 2026-03-04 08:00 +0100 | Übersicht für Sie              | Übersicht.pdf       | Anbei die Übersicht.              || D-00006 | contact  | 2026-03-04 | 15:00 | outgoing  | Jürgen Groß | Mara Keller
outlook german  | otto     | mara | 2026-03-05 08:00 +0100 | Rückfrage zur Motorgröße und zum Liefertermin im zweiten Quartal |  | Passt der Motor?          || D-00006 | account  | 2026-03-05 | 15:00 | incoming  |             | Mara Keller
outlook chinese | li       | mara | 2026-03-02 09:15 +0800 | 答复: 水泵报价                   |                     | 价格可以，请发合同。              || D-00001 | contact  | 2026-03-02 | 09:15 | incoming  | Li Wei      | Mara Keller
outlook chinese | mara     | li   | 2026-03-02 11:00 +0800 | 合同草稿，请您过目并尽快回复我们 | 合同草稿（修改版）.pdf | 合同草稿见附件。               || D-00001 | contact  | 2026-03-02 | 11:00 | outgoing  | Li Wei      | Mara Keller
outlook chinese | sato     | mara | 2026-03-02 11:00 +0800 | 技术问题                         |                     | 请问功率是多少？                  || D-00001 | account  | 2026-03-02 | 11:00 | incoming  |             | Mara Keller
outlook taiwan  | chen     | bo   | 2026-03-06 14:05 +0800 | RE: 工具機詢價                   |                     | 請問交期多久？                    || D-00007 | contact  | 2026-03-06 | 14:05 | incoming  | 陳大文      | Bo Lin
outlook taiwan  | bo       | chen | 2026-03-06 15:00 +0800 | 回覆交期                         | 規格書.pdf          | 約六週，規格書如附件。            || D-00007 | contact  | 2026-03-06 | 15:00 | outgoing  | 陳大文      | Bo Lin
outlook phone   | ann      | bo   | 2026-03-07 07:45 +0000 | Re: D-00003 delivery             |                     | Monday is fine.                   || D-00003 | number   | 2026-03-07 | 15:45 | incoming  | Ann Smith   | Bo Lin
outlook phone   | li       | mara | 2026-03-07 20:45 +0800 | 回复：到货时间                   |                     | 周一可以。                        || D-00001 | contact  | 2026-03-07 | 20:45 | incoming  | Li Wei      | Mara Keller
outlook phone   | stranger | bo   | 2026-03-07 20:45 +0800 | A special offer for you          |                     | Buy now.                          || unknown |          | 2026-03-07 |       |           |             |
gmail           | karl     | bo   | 2026-03-08 09:00 +0100 | Re: your visit                   |                     | It was nice to meet you.          || asked   |          | 2026-03-08 |       |           |             |
gmail           | karl     | bo   | 2026-03-08 09:00 +0100 | Re: D-00005                      | Drawing v2.pdf      | Here is the drawing after all.    || D-00005 | number   | 2026-03-08 | 16:00 | incoming  | Karl        | Bo Lin
gmail           | bo       | karl | 2026-03-09 09:00 -0800 | D-00005: shall we try again?     |                     | Prices came down.                 || D-00005 | number   | 2026-03-10 | 01:00 | outgoing  | Karl        | Bo Lin
gmail chinese   | li       | mara | 2026-03-09 09:00 +0800 | 回复：关于 D-00001 的几个问题    | 现场照片.pdf        | 照片在附件里，请查收。            || D-00001 | number   | 2026-03-09 | 09:00 | incoming  | Li Wei      | Mara Keller
gmail chinese   | mara     | li   | 2026-03-09 10:00 +0800 | 回复：几个问题                   |                     | 第一个问题：可以。                || D-00001 | contact  | 2026-03-09 | 10:00 | outgoing  | Li Wei      | Mara Keller
gmail page      | jürgen   | mara | 2026-03-09 12:00 +0100 | Größe                            |                     | 40 mm genügen.                    || D-00006 | contact  | 2026-03-09 | 19:00 | incoming  | Jürgen Groß | Mara Keller
gmail page      | mara     | jürgen | 2026-03-09 13:00 +0100 | Re: Größe                      | Maße 40×60.pdf      | Danke, Zeichnung anbei.           || D-00006 | contact  | 2026-03-09 | 20:00 | outgoing  | Jürgen Groß | Mara Keller
apple           | ann      | bo   | 2026-03-10 12:00 +0000 | Re: Valve D-00002                |                     | Could you call me tomorrow?       || D-00002 | number   | 2026-03-10 | 20:00 | incoming  | Ann Smith   | Bo Lin
apple           | bo       | ann  | 2026-03-10 21:00 +0800 | Valve D-00002 – café meeting     | Café map.pdf        | See you at the café at 3.         || D-00002 | number   | 2026-03-10 | 21:00 | outgoing  | Ann Smith   | Bo Lin
apple           | li       | mara | 2026-03-10 21:00 +0800 | 会议纪要                         |                     | 纪要如下：一、价格不变。          || D-00001 | contact  | 2026-03-10 | 21:00 | incoming  | Li Wei      | Mara Keller
iphone          | ann      | bo   | 2026-03-11 06:00 +0000 | Re: D-00003                      |                     | OK                                || D-00003 | number   | 2026-03-11 | 14:00 | incoming  | Ann Smith   | Bo Lin
iphone          | jürgen   | mara | 2026-03-11 06:00 +0100 | Re: Termin                       | IMG_0412.pdf        | Komme später.                     || D-00006 | contact  | 2026-03-11 | 13:00 | incoming  | Jürgen Groß | Mara Keller
iphone chinese  | wang     | mara | 2026-03-11 22:59 +0800 | 回复：生产线报价                 |                     | 收到，明天答复。                  || D-00004 | contact  | 2026-03-11 | 22:59 | incoming  | 王芳        | Mara Keller
iphone chinese  | li       | mara | 2026-03-11 23:59 +0800 | Re:                              |                     | 好的                              || D-00001 | contact  | 2026-03-11 | 23:59 | incoming  | Li Wei      | Mara Keller
qq              | wang     | mara | 2026-03-12 08:30 +0800 | 回复： 生产线报价                |                     | 价格太高，能否优惠百分之五？      || D-00004 | contact  | 2026-03-12 | 08:30 | incoming  | 王芳        | Mara Keller
qq              | wang     | mara | 2026-03-12 09:30 +0800 | 图纸                             | 生产线图纸-最终版.pdf | 图纸已更新。                    || D-00004 | contact  | 2026-03-12 | 09:30 | incoming  | 王芳        | Mara Keller
qq              | mara     | wang | 2026-03-12 10:30 +0800 | 回复： 图纸（D-00004）           |                     | 收到，谢谢。                      || D-00004 | number   | 2026-03-12 | 10:30 | outgoing  | 王芳        | Mara Keller
qq phone        | wang     | mara | 2026-03-12 12:30 +0800 | Re:生产线                        |                     | 下周来厂里谈吧                    || D-00004 | contact  | 2026-03-12 | 12:30 | incoming  | 王芳        | Mara Keller
qq phone        | zoe      | mara | 2026-03-12 12:31 +0800 | 付款方式                         |                     | 我是财务，请问付款方式？          || D-00004 | account  | 2026-03-12 | 12:31 | incoming  |             | Mara Keller
163             | wang     | mara | 2026-03-13 09:00 +0800 | Re:生产线安装时间                |                     | 安装要几天？                      || D-00004 | contact  | 2026-03-13 | 09:00 | incoming  | 王芳        | Mara Keller
163             | li       | mara | 2026-03-13 09:30 +0800 | 转发：龘靐齉爩                   | 说明书.pdf          | 生僻字测试，请查收附件。          || D-00001 | contact  | 2026-03-13 | 09:30 | incoming  | Li Wei      | Mara Keller
163             | mara     | wang | 2026-03-13 10:00 +0800 | 安装计划                         |                     | 安装需要三天。                    || D-00004 | contact  | 2026-03-13 | 10:00 | outgoing  | 王芳        | Mara Keller
163 phone       | wang     | mara | 2026-03-13 19:00 +0800 | 回复：安装计划                   |                     | 三天可以。                        || D-00004 | contact  | 2026-03-13 | 19:00 | incoming  | 王芳        | Mara Keller
foxmail         | li       | mara | 2026-03-14 09:00 +0800 | 回复: 水泵型号                   |                     | 型号是P-20，流量多少？            || D-00001 | contact  | 2026-03-14 | 09:00 | incoming  | Li Wei      | Mara Keller
foxmail         | mara     | li   | 2026-03-14 09:40 +0800 | 回复: 水泵型号                   | P-20 参数表.pdf     | 参数表见附件。                    || D-00001 | contact  | 2026-03-14 | 09:40 | outgoing  | Li Wei      | Mara Keller
raw 8 bit       | li       | mara | 2026-03-15 09:00 +0800 | 请尽快回复我们的报价单           |                     | 我们的老板在等您的报价。          || D-00001 | contact  | 2026-03-15 | 09:00 | incoming  | Li Wei      | Mara Keller
thunderbird     | karl     | bo   | 2026-03-16 09:00 +0100 | Re: D-00005 née Rotor            |                     | Let us talk – I have time.        || D-00005 | number   | 2026-03-16 | 16:00 | incoming  | Karl        | Bo Lin
thunderbird     | bo       | karl | 2026-03-16 10:00 +0100 | D-00005                          | offer.pdf           | Offer attached.                   || D-00005 | number   | 2026-03-16 | 17:00 | outgoing  | Karl        | Bo Lin
yahoo           | ann      | bo   | 2026-03-17 09:00 +0100 | Re: D-00002                      |                     | We decide on Friday.              || D-00002 | number   | 2026-03-17 | 16:00 | incoming  | Ann Smith   | Bo Lin
russian         | ivan     | mara | 2026-03-18 09:00 +0300 | Вопрос о двигателе               |                     | Какой срок поставки?              || D-00006 | account  | 2026-03-18 | 14:00 | incoming  |             | Mara Keller
japanese        | sato     | mara | 2026-03-19 09:00 +0900 | ポンプの件                       |                     | 見積をお願いします。              || D-00001 | account  | 2026-03-19 | 08:00 | incoming  |             | Mara Keller
gmail           | mara     | bo   | 2026-03-19 09:00 +0800 | Lunch?                           |                     | At noon.                          || internal |         | 2026-03-19 |       |           |             |
"""
ROWS = [[cell.strip() for cell in line.replace("||", "|").split("|")] for line in CORPUS.strip().splitlines()[1:]]


def log_one(folder: Path, raw: bytes, name: str = "mail.eml") -> tuple[LoggedMessage, dict[str, object]]:
    """Return what becomes of one mail, and the cells of its activity."""
    path = folder / name
    path.write_bytes(raw)
    book = messages_book()
    plan = log_messages(book, read_messages([path], make_recurrence_window(book)))
    (logged,) = plan.answer.messages
    rows = [row for append in plan.appends if append.table == "Activities" for row in append.rows.to_dict("records")]
    return logged, rows[0] if rows else {}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]} {row[4][:20]}" for row in ROWS])
def test_a_mail_becomes_its_activity(row: list[str], tmp_path: Path) -> None:
    program, sender, reader, sent, subject, files, text, deal, found_by, day, at, direction, contact, by = row
    content = MailContent(
        PEOPLE[sender],
        PEOPLE[reader],
        sent,
        subject,
        text,
        tuple(filter(None, [files])),
        f"{sent[:16].replace(' ', '.')}@{program[:3]}",
    )
    logged, cells = log_one(tmp_path, write_mail(PROGRAMS[program], content))
    assert (logged.subject, str(logged.day)) == (subject, day)
    if not deal.startswith("D-"):
        assert (logged.fate, cells) == (deal, {})
        return
    assert (logged.fate, logged.deal, logged.found_by) == ("added", deal, found_by)
    expected = {
        "deal": deal,
        "at": at,
        "direction": direction,
        "contact": contact,
        "by": by,
        "subject": subject,
        "summary": text,
        "attachments": files,
        "type": "mail",
    }
    assert {name: cells[name] for name in expected} == expected
    assert cells["date"] == datetime.fromisoformat(day)


def test_the_corpus_covers_every_program() -> None:
    assert {row[0] for row in ROWS} == set(PROGRAMS)

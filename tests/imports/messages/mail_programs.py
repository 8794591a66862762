# ruff: noqa: E501  # a program is one line
"""Mails in the shapes that mail programs write: their headers, encodings, parts, quote heads and signatures.

The package email is not used, so that the product is not tested with its own parser.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass
from datetime import datetime, timedelta

OUTLOOK_HEAD = "________________________________\n{from_label}: {writer} <{address}>\n{sent_label}: {long_day}\n{to_label}: {reader}\n{subject_label}: {subject}\n\n{quoted}"
OUTLOOK_HTML = '<div id="divRplyFwdMsg" dir="ltr"><b>{from_label}:</b> {writer}<br><b>{sent_label}:</b> {long_day}</div><div>{quoted}</div>'
ENGLISH = {"from_label": "From", "sent_label": "Sent", "to_label": "To", "subject_label": "Subject"}
GERMAN = {"from_label": "Von", "sent_label": "Gesendet", "to_label": "An", "subject_label": "Betreff"}
CHINESE = {"from_label": "发件人", "sent_label": "发送时间", "to_label": "收件人", "subject_label": "主题"}
TAIWANESE = {"from_label": "寄件者", "sent_label": "寄件日期", "to_label": "收件者", "subject_label": "主旨"}


@dataclass(frozen=True)
class MailProgram:
    """How one program writes a mail. *parts* is plain, page or both; *quote* and *page_quote* stand below a reply."""

    charset: str
    word: str  # how headers are encoded: B, Q or raw
    body: str  # how texts are encoded: base64, quoted-printable or 8bit
    parts: str
    quote: str
    signature: str
    headers: str = ""
    page_quote: str = ""
    labels: dict[str, str] | None = None
    newline: str = "\r\n"
    declared: str = ""  # the charset as the program names it, if that is not the true one


PROGRAMS = {
    "outlook": MailProgram(
        "windows-1252", "Q", "quoted-printable", "both", OUTLOOK_HEAD, "Kind regards\nAnn Smith\nBeta Ltd",
        "Thread-Topic: {subject}\nThread-Index: AdyJ3x0Zb1f2QX==\nX-MS-Has-Attach: yes\nX-MS-Exchange-Organization-SCL: -1", OUTLOOK_HTML, ENGLISH,
    ),
    "outlook german": MailProgram("iso-8859-1", "Q", "quoted-printable", "both", OUTLOOK_HEAD, "Mit freundlichen Grüßen\nJürgen Groß", "X-Mailer: Microsoft Outlook 16.0", OUTLOOK_HTML, GERMAN),
    "outlook chinese": MailProgram("gb18030", "B", "base64", "both", OUTLOOK_HEAD, "祝商祺\n李伟", "X-Mailer: Microsoft Outlook 16.0", OUTLOOK_HTML, CHINESE, declared="gb2312"),
    "outlook taiwan": MailProgram("big5", "B", "base64", "plain", "-----Original Message-----\n" + OUTLOOK_HEAD.partition("\n")[2], "陳大文 敬上", "X-Mailer: Microsoft Outlook 15.0", "", TAIWANESE),
    "outlook phone": MailProgram("utf-8", "B", "base64", "both", OUTLOOK_HEAD, "Get Outlook for iOS<https://aka.ms/o0ukef>", "", OUTLOOK_HTML, ENGLISH),
    "gmail": MailProgram(
        "utf-8", "B", "quoted-printable", "both", "On {day:%a}, {day:%b} {day.day}, {day:%Y} at {day:%I:%M %p} {writer} <\n{address}> wrote:\n\n> {quoted}", "-- \nSent with care",
        "MIME-Version: 1.0", '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On {day} {writer} wrote:<br></div><blockquote class="gmail_quote">{quoted}</blockquote></div>',
    ),
    "gmail chinese": MailProgram("utf-8", "B", "base64", "both", "{writer} <{address}> 于{day.year}年{day.month}月{day.day}日周一 09:15写道：\n\n> {quoted}", "", "", '<div class="gmail_quote">{quoted}</div>'),
    "gmail page": MailProgram("utf-8", "Q", "quoted-printable", "page", "", "", "", '<div class="gmail_quote">On {day} {writer} wrote:<blockquote>{quoted}</blockquote></div>'),
    "apple": MailProgram("utf-8", "Q", "8bit", "plain", "> On {day.day} {day:%b} {day.year}, at {day:%H:%M}, {writer} <{address}> wrote:\n> \n> {quoted}", "", "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3774.500.171\\))\nX-Mailer: Apple Mail (2.3774.500.171)", newline="\n"),
    "iphone": MailProgram("utf-8", "B", "quoted-printable", "both", "On {day.day} {day:%b} {day.year}, at {day:%H:%M}, {writer} <{address}> wrote:\n\n{quoted}", "Sent from my iPhone", "X-Mailer: iPhone Mail (23A341)", '<br><blockquote type="cite">On {day}, {writer} wrote:<br>{quoted}</blockquote>'),
    "iphone chinese": MailProgram("utf-8", "B", "base64", "both", "在 {day.year}年{day.month}月{day.day}日，{day:%H:%M}，{writer} <{address}> 写道：\n\n{quoted}", "发自我的iPhone", "", '<blockquote type="cite">{quoted}</blockquote>'),
    "qq": MailProgram(
        "gb18030", "B", "base64", "both", "------------------ 原始邮件 ------------------\n发件人: \"{writer}\" <{address}>;\n发送时间: {day.year}年{day.month}月{day.day}日(星期一) 上午9:15\n收件人: \"{reader}\";\n主题: {subject}\n\n{quoted}", "",
        "X-QQ-MIME: TCMime 1.0 by Tencent\nX-Mailer: QQMail 2.x\nX-QQ-mid: webmail812t1772413", '<div style="font-size:12px;">------------------&nbsp;原始邮件&nbsp;------------------</div><div>{quoted}</div>',
    ),
    "qq phone": MailProgram("utf-8", "B", "base64", "page", "", "", "X-Mailer: QQMail 2.x", '<div>&nbsp;</div><div>------------------&nbsp;Original&nbsp;------------------</div><div>From: {writer}</div><div>{quoted}</div>'),
    "163": MailProgram("gbk", "B", "base64", "both", "在 {day:%Y-%m-%d %H:%M:%S}，\"{writer}\" <{address}> 写道：\n\n{quoted}", "", "X-Originating-IP: [101.86.20.1]\nX-Coremail-Locale: zh_CN\nX-Mailer: Coremail Webmail Server", '<pre>在 {day}，"{writer}" 写道：</pre><div id="isReplyContent">{quoted}</div>'),
    "163 phone": MailProgram("utf-8", "B", "base64", "plain", "---- 回复的原邮件 ----\n发件人 {writer}\n日期 {day}\n\n{quoted}", "发自网易邮箱手机版", "X-Mailer: NetEase Flash Mail"),
    "foxmail": MailProgram("gb18030", "B", "quoted-printable", "both", "发件人： {writer}\n发送时间： {day:%Y-%m-%d %H:%M}\n收件人： {reader}\n主题： {subject}\n{quoted}", "", "X-Mailer: Foxmail 7.2.25.331[cn]", "<div>发件人：{writer}</div><div>发送时间：{day}</div><div>收件人：{reader}</div><div>{quoted}</div>", declared="GB2312"),
    "raw 8 bit": MailProgram("gbk", "raw", "8bit", "plain", "", "", "X-Mailer: Foxmail 5.0 [cn]", declared="us-ascii"),
    "thunderbird": MailProgram("utf-8", "Q", "8bit", "plain", "On {day.month}/{day.day}/{day:%y} {day:%H:%M}, {writer} wrote:\n> {quoted}", "-- \nKarl", "User-Agent: Mozilla Thunderbird\nContent-Language: en-US", newline="\n"),
    "yahoo": MailProgram("utf-8", "B", "base64", "both", "    On {day:%A}, {day:%B} {day.day}, {day.year} at {day:%I:%M:%S %p} GMT+1, {writer} <{address}> wrote:  \n \n {quoted}", "", "X-Mailer: WebService/1.1 YMailNorrin", '<div class="yahoo_quoted">{quoted}</div>'),
    "russian": MailProgram("koi8-r", "B", "8bit", "plain", "{day.day}.{day.month}.{day.year}, {writer} <{address}> написал(а):\n> {quoted}", ""),
    "japanese": MailProgram("iso-2022-jp", "B", "8bit", "plain", "-----Original Message-----\nFrom: {writer}\nSent: {day}\n\n{quoted}", ""),
}  # fmt: skip


@dataclass(frozen=True)
class MailContent:
    """What one mail says, whatever program writes it."""

    sender: str
    reader: str
    sent: str
    subject: str
    text: str
    files: tuple[str, ...] = ()
    identity: str = ""
    reply: str = ""
    is_reply: bool = True


def write_mail(program: MailProgram, content: MailContent) -> bytes:
    """Return the mail as *program* writes it."""
    day = datetime.strptime(content.sent, "%Y-%m-%d %H:%M %z")
    writer, _, address = content.reader.partition(" <")
    facts = {
        **(program.labels or {}), "writer": writer, "address": address.rstrip(">"), "reader": content.sender.partition(" <")[0],
        "day": day - timedelta(days=1), "long_day": f"{day:%A, %d %B %Y} 09:15", "subject": content.subject, "quoted": "Please never log this line.",
    }  # fmt: skip
    below = program.quote.format(**facts) if content.is_reply else ""
    plain = "\n\n".join(filter(None, (content.text, program.signature, below)))
    lines = "".join(f"<div>{line or '<br>'}</div>" for line in content.text.split("\n"))
    below = program.page_quote.format(**facts) if content.is_reply else ""
    signature = "".join(f"<div>{line}</div>" for line in program.signature.split("\n"))
    page = f"<html><head><style>p {{color:red}}</style></head><body>{lines}{signature}{below}</body></html>"
    texts = {"plain": [("plain", plain)], "page": [("html", page)], "both": [("plain", plain), ("html", page)]}[
        program.parts
    ]
    parts = [_write_text(program, kind, text) for kind, text in texts]
    body = parts[0] if len(parts) == 1 else _join_parts("alternative", "b1", parts)
    if content.files:
        body = _join_parts("mixed", "b2", [body, *(_write_file(program, name) for name in content.files)])
    head = [
        f"From: {_write_person(program, content.sender)}", f"To: {_write_person(program, content.reader)}",
        f"Subject: {_write_words(program, content.subject)}", f"Date: {day:%a, %d %b %Y %H:%M:%S %z}",
    ]  # fmt: skip
    head += [f"Message-ID: <{content.identity}>"] if content.identity else []
    head += (
        [f"In-Reply-To: <{content.reply}>", f"References: <root@elsewhere>\n <{content.reply}>"]
        if content.reply
        else []
    )
    head += (
        program.headers.format(subject=_write_words(program, content.subject)).split("\n") if program.headers else []
    )
    lines_of_mail = b"\n".join(line.encode(program.charset if program.word == "raw" else "ascii") for line in head)
    return (lines_of_mail + b"\n" + body).replace(b"\r\n", b"\n").replace(b"\n", program.newline.encode())


def _write_person(program: MailProgram, person: str) -> str:
    name, _, address = person.rpartition(" <")
    return f"{_write_words(program, name)} <{address}" if name else person


def _write_words(program: MailProgram, text: str) -> str:
    """Return *text* as words of a header, folded into several as programs do."""
    if text.isascii() or program.word == "raw":
        return text if len(text) < 60 else text.replace(" ", "\n ", 1)
    charset = program.declared or program.charset
    pieces = [text[at : at + 12] for at in range(0, len(text), 12)]
    return "\n ".join(f"=?{charset}?{program.word}?{_encode_word(program, piece)}?=" for piece in pieces)


def _encode_word(program: MailProgram, text: str) -> str:
    raw = text.encode(program.charset)
    if program.word == "B":
        return base64.b64encode(raw).decode()
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"={byte:02X}" for byte in raw)


def _write_text(program: MailProgram, kind: str, text: str) -> bytes:
    charset, raw = program.declared or program.charset, text.encode(program.charset)
    encoded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}[program.body](raw)
    head = f'Content-Type: text/{kind};\n\tcharset="{charset}"\nContent-Transfer-Encoding: {program.body}\n\n'
    return head.encode() + encoded + b"\n"


def _write_file(program: MailProgram, name: str) -> bytes:
    if name.isascii():
        told = f'Content-Type: application/pdf; name="{name}"\nContent-Disposition: attachment; filename="{name}"'
    elif program.charset == "utf-8":
        escaped = "".join(f"%{byte:02X}" for byte in name.encode())
        told = f"Content-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=UTF-8''{escaped[:30]};\n filename*1*={escaped[30:]}"
    else:
        told = f'Content-Type: application/pdf;\n\tname="{_write_words(program, name)}"\nContent-Disposition: attachment;\n\tfilename="{_write_words(program, name)}"'
    return f"{told}\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjcK\n".encode()


def _join_parts(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    start = f'Content-Type: multipart/{kind};\n boundary="----={boundary}"\n\nThis is a multi-part message.\n'.encode()
    mark = f"------={boundary}\n".encode()
    return start + b"".join(mark + part for part in parts) + f"------={boundary}--\n".encode()

"""What stops a run; anything wrong with a single row is a Finding instead.

    SalesflowError
    ├── UsageError            the call itself is wrong (exit code 2)
    └── WorkbookError         the workbook cannot be used (exit code 3); nothing was written
        ├── NotAWorkbook          missing, a folder, truncated, hostile or of another format
        ├── EncryptedWorkbook     protected with a password to open
        ├── NotOurWorkbook        a sound workbook without our tables
        ├── MissingTable          one of our tables is gone
        ├── MissingColumn         one of our columns is gone
        ├── UnsupportedEdit       an edit this package cannot make without losing something
        ├── WorkbookInUse         Excel or another process holds it
        ├── WorkbookChanged       somebody saved it since it was read
        └── CannotSave            the folder or the disk refuses

An error takes the facts and writes its own sentence, in English (``str(error)``) and Chinese (``error.in_("zh")``): the
place, what is wrong, the remedy. A reason that varies is given as a pair (English, Chinese), or as one text for both.
"""

from __future__ import annotations

from os import PathLike, fspath

Pathish = str | PathLike[str]
Words = str | tuple[str, str]


class SalesflowError(Exception):
    """The root: everything the product raises on purpose."""

    exit_code = 1

    def __init__(self, en: str, zh: str | None = None) -> None:
        super().__init__(en)
        self._zh = zh or en

    def in_(self, language: str) -> str:
        """Return the sentence in *language* (en or zh)."""
        return self._zh if language == "zh" else str(self)


class UsageError(SalesflowError):
    """The call is off: an unknown name, a missing file, options that exclude each other."""

    exit_code = 2


class WorkbookError(SalesflowError):
    """The workbook cannot be used; it is as it was."""

    exit_code = 3


class NotAWorkbook(WorkbookError):
    """The file is no sound Excel workbook; *hostile* when it looks made to do harm."""

    def __init__(self, path: Pathish, why: Words, hostile: bool = False) -> None:
        self.why, self.hostile = _pair(why), hostile
        en, zh = self.why
        super().__init__(f"{fspath(path)}: {en}.", f"{fspath(path)}：{zh}。")


class EncryptedWorkbook(WorkbookError):
    """The file needs a password to open."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            f"{fspath(path)} is protected with a password; remove it in Excel (File › Info) and try again.",
            f"{fspath(path)} 设有打开密码；请在 Excel 中取消密码（文件 › 信息）后重试。",
        )


class NotOurWorkbook(WorkbookError):
    """A sound workbook without our tables."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            f"{fspath(path)} is not a salesflow workbook; make one with: salesflow init NEW.xlsx.",
            f"{fspath(path)} 不是 salesflow 工作簿；可用 salesflow init NEW.xlsx 新建。",
        )


class MissingTable(WorkbookError):
    """One of our tables is not in the workbook."""

    def __init__(self, path: Pathish, table: str, nearest: str | None = None) -> None:
        super().__init__(
            f"{fspath(path)} has no table {table}"
            + (
                f"; is it the one now named {nearest}? Rename it back or restore it from a backup."
                if nearest
                else "; salesflow check --repair adds it to a workbook of ours."
            ),
            f"{fspath(path)} 中没有表 {table}"
            + (
                f"，是否已改名为 {nearest}？请改回原名或从备份恢复。"
                if nearest
                else "；可用 salesflow check --repair 为本产品的工作簿补上。"
            ),
        )


class MissingColumn(WorkbookError):
    """A column we need is not in its table."""

    def __init__(self, path: Pathish, table: str, column: str, nearest: str | None = None) -> None:
        super().__init__(
            f"{fspath(path)}: table {table} has no column “{column}”"
            + (
                f"; is it the one now headed “{nearest}”? Put the header back."
                if nearest
                else "; put its header back, or let salesflow check --repair add the column."
            ),
            f"{fspath(path)}：表 {table} 没有列“{column}”"
            + (
                f"，是否已改为“{nearest}”？请恢复列标题。"
                if nearest
                else "；请恢复列标题，或用 salesflow check --repair 补上此列。"
            ),
        )


class UnsupportedEdit(WorkbookError):
    """An edit that this package cannot take without losing something; *place* is an address such as ``Deals!B7``."""

    def __init__(self, path: Pathish, place: str, why: Words) -> None:
        en, zh = _pair(why)
        super().__init__(f"{fspath(path)}, {place}: {en}.", f"{fspath(path)}，{place}：{zh}。")


class WorkbookInUse(WorkbookError):
    """Excel or another process holds the file; *holder* is the name it left, where it left one."""

    def __init__(self, path: Pathish, holder: str | None = None) -> None:
        super().__init__(
            f"{fspath(path)} is open{f' by {holder}' if holder else ''}; close it and try again.",
            f"{fspath(path)} 正被{holder or '其他程序'}打开；请关闭后重试。",
        )


class WorkbookBusy(WorkbookInUse):
    """Another run of ours is about to save the file: it is worth waiting for."""


class WorkbookChanged(WorkbookError):
    """Somebody saved the file between our read and our write."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            f"{fspath(path)} was saved by somebody else meanwhile; nothing was written, run again.",
            f"{fspath(path)} 在此期间已被他人保存；未写入任何内容，请重新运行。",
        )


class CannotSave(WorkbookError):
    """The folder or the disk refuses; the old file stands."""

    def __init__(self, path: Pathish, why: Words) -> None:
        en, zh = _pair(why)
        super().__init__(
            f"{fspath(path)} could not be saved: {en}; the old file is as it was.",
            f"{fspath(path)} 无法保存：{zh}；原文件未变。",
        )


def _pair(words: Words) -> tuple[str, str]:
    return (words, words) if isinstance(words, str) else words

"""What people send and print: quotes, follow-up lists and reports, in both languages."""

from xl_salesflow.documents.press import Press
from xl_salesflow.documents.render import FORMATS, render
from xl_salesflow.documents.saving import put, save, write
from xl_salesflow.documents.shelf import folders

__all__ = ["FORMATS", "Press", "folders", "put", "render", "save", "write"]

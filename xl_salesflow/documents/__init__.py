"""What people send and print: quotes, follow-up lists and reports, in both languages."""

from xl_salesflow.documents.render import FORMATS, render
from xl_salesflow.documents.saving import save, write

__all__ = ["FORMATS", "render", "save", "write"]

"""The sales processes that ship: one TOML file each, in both languages, and the frames they make."""

from __future__ import annotations

from xl_salesflow.playbooks.load import names, purpose, title
from xl_salesflow.playbooks.setup import setup

__all__ = ["names", "purpose", "setup", "title"]

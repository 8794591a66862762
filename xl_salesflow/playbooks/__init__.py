"""The sales processes that ship: one TOML file each, in both languages, and the frames they make."""

from __future__ import annotations

from xl_salesflow.playbooks.load import names, purpose, source, title
from xl_salesflow.playbooks.matching import matched
from xl_salesflow.playbooks.setup import setup
from xl_salesflow.playbooks.written import opened

__all__ = ["matched", "names", "opened", "purpose", "setup", "source", "title"]

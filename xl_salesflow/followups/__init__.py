"""Who to call today and why, and what becomes of the lines that were ticked off."""

from xl_salesflow.followups.due import due
from xl_salesflow.followups.flow_back import flow_back
from xl_salesflow.followups.printed import document

__all__ = ["document", "due", "flow_back"]

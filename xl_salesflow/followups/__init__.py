"""Who to call today and why, and what becomes of the lines that were ticked off."""

from xl_salesflow.followups.due import Listed, due, listed
from xl_salesflow.followups.flow_back import flow_back
from xl_salesflow.followups.printed import by_owner, document
from xl_salesflow.followups.waiting import waiting

__all__ = ["Listed", "by_owner", "document", "due", "flow_back", "listed", "waiting"]

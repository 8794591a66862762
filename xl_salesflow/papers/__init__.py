"""Papers about deals as documents of plain values, which of them are meant, and the record of what was sent."""

from xl_salesflow.papers.changed import amiss
from xl_salesflow.papers.choosing import chosen
from xl_salesflow.papers.digests import fingerprint
from xl_salesflow.papers.printing import KINDS, Printing
from xl_salesflow.papers.recording import Press, Printed, Sending

__all__ = ["KINDS", "Press", "Printed", "Printing", "Sending", "amiss", "chosen", "fingerprint"]

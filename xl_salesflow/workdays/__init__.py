"""Which days people work: the working week, the days off and the make-up days of the sheet Holidays."""

from xl_salesflow.workdays.calendar import Workdays, workdays
from xl_salesflow.workdays.elsewhere import of_country
from xl_salesflow.workdays.shipped import COUNTRIES, arranged, shipped

__all__ = ["COUNTRIES", "Workdays", "arranged", "of_country", "shipped", "workdays"]

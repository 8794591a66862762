"""The texts that an invoice and the reminders of a payment print, by id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.texts import Text

PAYMENT_DOCUMENT_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "invoice": Text("Invoice", context="document"),
        "invoice_date": Text("Invoice date"),
        "invoice_no": Text("Invoice no.", context="document"),
        "payable_by": Text("Payable by"),
        "instalment": Text("Description", context="instalment"),
        "due_day": Text("Due", context="Payments"),
        "bill_to": Text("Bill to"),
        "your_contact": Text("Your contact"),
        "headline_payable": Text("{total} payable by {day}"),
        "headline_due": Text("{total} payable"),
        "part_of_contract": Text("{share} of the contract amount of {contract}"),
        "by_quotation": Text("Quotation {quote}"),
        "net_amount": Text("Excl. tax", context="document"),
        "tax_rate": Text("Rate", context="document"),
        "tax_amount": Text("Tax", context="document"),
        "amounts_in": Text("Amounts in {currency} ({code})."),
        "goods": Text("Goods and services of the contract"),
        "how_to_pay": Text("How to pay"),
        "pay_amount": Text("Amount"),
        "pay_reference": Text("Reference"),
        "reminder": Text("Payment reminder", context="document"),
        "reminder_title_1": Text("Payment reminder", context="document"),
        "reminder_title_2": Text("Second reminder", context="document"),
        "reminder_title_3": Text("Final notice", context="document"),
        "reminder_invoice": Text("invoice {invoice}"),
        "reminder_part": Text("the payment “{name}”"),
        "reminder_opening_1": Text(
            "{open} for {what} was due on {due} and has not reached us yet; perhaps it has been overlooked."
        ),
        "reminder_opening_2": Text(
            "Despite our reminder, {open} for {what} has not reached us. It was due on {due}, {days} days ago."
        ),
        "reminder_opening_3": Text(
            "Despite our reminders, {open} for {what} is still unpaid. It was due on {due}, {days} days ago."
        ),
        "reminder_request_1": Text(
            "Please transfer it by {until}. If it is already on its way, thank you; please disregard this letter then."
        ),
        "reminder_request_2": Text(
            "Please pay by {until}. If something keeps you from paying, please tell us now, so that we can settle it together."
        ),
        "reminder_request_3": Text(
            "This is our final notice: please pay by {until}. After that day we reserve the right to stop deliveries "
            "and services, to charge interest for late payment, and to take legal action without further notice."
        ),
        "days_overdue": Text("Days overdue"),
        "already_paid": Text("Already paid"),
        "still_to_pay": Text("Still to pay", context="document"),
        "letter_invoice": Text("Please find attached our invoice {number} for {total}."),
        "letter_payable": Text("It is payable by {day}."),
    }
)

"""Other people's mails and calendars: read them, match them to people and deals, and log them as activities.

What a mail says is read with narrow limits, because anybody can send one: its size, the depth of its parts, the length of
its texts, the number of its attachments. Nothing of it is executed, opened or saved, and no address in it is looked up.

Public names, by file:

    event_recurrence: RecurrenceWindow
    mail_text: read_mail_marks
    message_files: list_message_files, MESSAGE_SUFFIXES, read_messages
    message_log: log_messages, make_recurrence_window
    message_values: Message
"""

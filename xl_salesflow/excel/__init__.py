"""The open Book over xlwings: buttons, worksheet functions, the add-in and its doctor.

Excel and the terminal may enter; the only user of xlwings.
"""

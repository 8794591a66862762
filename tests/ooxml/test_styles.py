from __future__ import annotations

import pytest

from xl_salesflow.ooxml.styles import DATE, DATETIME, DURATION, NUMBER, TIME, kind_of_format


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", DATE),
        ("d/m/yy", DATE),
        ("mmmm", DATE),
        ('yyyy"年"m"月"d"日"', DATE),
        ("[$-409]d\\-mmm\\-yy;@", DATE),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", DATE),
        ("yyyy-mm-dd hh:mm", DATETIME),
        ("m/d/yy h:mm AM/PM", DATETIME),
        ("h:mm", TIME),
        ("mm:ss.0", TIME),
        ("h:mm:ss AM/PM", TIME),
        ("[h]:mm:ss", DURATION),
        ("[mm]", DURATION),
        ("General", NUMBER),
        ("0.00", NUMBER),
        ("#,##0.00;[Red]-#,##0.00", NUMBER),
        ('0 "days"', NUMBER),
        ("0.00E+00", NUMBER),
        ("_-* #,##0.00 [$€-407]_-", NUMBER),
        ('"¥"#,##0', NUMBER),
        ("@", NUMBER),
        ("0%", NUMBER),
    ],
)
def test_a_number_format_says_what_it_shows(code: str, kind: int) -> None:
    assert kind_of_format(code) == kind

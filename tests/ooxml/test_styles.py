from __future__ import annotations

import pytest

from xl_salesflow.ooxml.number_formats import (
    DATE_FORMAT_KIND,
    DATETIME_FORMAT_KIND,
    DURATION_FORMAT_KIND,
    NUMBER_FORMAT_KIND,
    TIME_FORMAT_KIND,
    classify_number_format,
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", DATE_FORMAT_KIND),
        ("d/m/yy", DATE_FORMAT_KIND),
        ("mmmm", DATE_FORMAT_KIND),
        ('yyyy"年"m"月"d"日"', DATE_FORMAT_KIND),
        ("[$-409]d\\-mmm\\-yy;@", DATE_FORMAT_KIND),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", DATE_FORMAT_KIND),
        ("yyyy-mm-dd hh:mm", DATETIME_FORMAT_KIND),
        ("m/d/yy h:mm AM/PM", DATETIME_FORMAT_KIND),
        ("h:mm", TIME_FORMAT_KIND),
        ("mm:ss.0", TIME_FORMAT_KIND),
        ("h:mm:ss AM/PM", TIME_FORMAT_KIND),
        ("[h]:mm:ss", DURATION_FORMAT_KIND),
        ("[mm]", DURATION_FORMAT_KIND),
        ("General", NUMBER_FORMAT_KIND),
        ("0.00", NUMBER_FORMAT_KIND),
        ("#,##0.00;[Red]-#,##0.00", NUMBER_FORMAT_KIND),
        ('0 "days"', NUMBER_FORMAT_KIND),
        ("0.00E+00", NUMBER_FORMAT_KIND),
        ("_-* #,##0.00 [$€-407]_-", NUMBER_FORMAT_KIND),
        ('"¥"#,##0', NUMBER_FORMAT_KIND),
        ("@", NUMBER_FORMAT_KIND),
        ("0%", NUMBER_FORMAT_KIND),
    ],
)
def test_the_kind_of_a_number_format(code: str, kind: int) -> None:
    assert classify_number_format(code) == kind

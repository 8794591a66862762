"""SpreadsheetML for the supplied templates: one sheet on A4 with a handful of formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from xml.sax.saxutils import escape

from xl_salesflow.documents.template_safety import pack_document

XLSX_ACCENT, XLSX_INK, XLSX_MUTED, XLSX_RULE, XLSX_TINT = "FF0B5D6B", "FF1B2430", "FF5B6675", "FFD5DCE3", "FFEEF4F5"
_XLSX_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_XLSX_MAIN_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_XLSX_RELATION_NAMESPACE = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_XLSX_RELATION_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_XLSX_FONTS = (
    (10.0, False, XLSX_INK), (13.0, True, XLSX_INK), (20.0, True, XLSX_ACCENT), (8.0, False, XLSX_MUTED), (8.0, True, XLSX_ACCENT),
    (8.5, True, "FFFFFFFF"), (10.0, True, XLSX_INK), (10.0, False, "FFFFFFFF"), (14.0, True, "FFFFFFFF"), (10.0, False, XLSX_MUTED),
)  # fmt: skip
_XLSX_FILLS = ("", XLSX_ACCENT, XLSX_TINT)
_XLSX_BORDERS = ("", f'<bottom style="thin"><color rgb="{XLSX_RULE}"/></bottom>', f'<bottom style="medium"><color rgb="{XLSX_ACCENT}"/></bottom>',
            f'<top style="thin"><color rgb="{XLSX_MUTED}"/></top>')  # fmt: skip

# name → font, fill, border, number format (4 is #,##0.00), alignment
_XLSX_CELL_STYLES: Mapping[str, tuple[int, int, int, int, str]] = MappingProxyType(
    {
        "plain": (0, 0, 0, 0, 'vertical="top" wrapText="1"'),
        "company": (1, 0, 0, 0, 'vertical="center"'),
        "title": (2, 0, 0, 0, 'horizontal="right" vertical="center"'),
        "number": (6, 0, 0, 0, 'horizontal="right" vertical="top"'),
        "small": (3, 0, 0, 0, 'vertical="top" wrapText="1"'),
        "ruled": (3, 0, 2, 0, 'vertical="top" wrapText="1"'),
        "eyebrow": (4, 0, 0, 0, 'vertical="bottom"'),
        "strong": (6, 0, 0, 0, 'vertical="top" wrapText="1"'),
        "label": (9, 0, 1, 0, 'vertical="top" wrapText="1"'),
        "value": (0, 0, 1, 0, 'horizontal="left" vertical="top" wrapText="1"'),
        "head": (5, 1, 0, 0, 'vertical="center" wrapText="1"'),
        "head_figure": (5, 1, 0, 0, 'horizontal="right" vertical="center" wrapText="1"'),
        "place": (9, 0, 1, 0, 'horizontal="center" vertical="top"'),
        "figure": (0, 0, 1, 165, 'horizontal="right" vertical="top"'),
        "share": (0, 0, 1, 166, 'horizontal="right" vertical="top"'),
        "money": (0, 0, 1, 4, 'horizontal="right" vertical="top"'),
        "sum_label": (9, 0, 0, 0, 'horizontal="right"'),
        "sum": (0, 0, 0, 4, 'horizontal="right"'),
        "total_label": (7, 1, 0, 0, 'vertical="center"'),
        "total": (8, 1, 0, 4, 'horizontal="right" vertical="center"'),
        "right_small": (3, 0, 0, 0, 'horizontal="right" vertical="top" wrapText="1"'),
        "right": (0, 0, 0, 0, 'horizontal="right" vertical="top"'),
        "signature": (3, 0, 3, 0, 'vertical="top"'),
        "day": (0, 0, 0, 167, 'horizontal="right" vertical="top"'),
    }
)
_XLSX_NUMBER_FORMATS = ((165, "#,##0.######"), (166, "0.##%"), (167, "yyyy-mm-dd"))
_XLSX_STYLE_INDEX = {name: place for place, name in enumerate(_XLSX_CELL_STYLES, 1)}


def xlsx_cell(address: str, text: str, style: str) -> str:
    """Return a cell with text, which may contain tags."""
    shown = f'<is><t xml:space="preserve">{escape(text)}</t></is>' if text else ""
    kind = ' t="inlineStr"' if text else ""
    return f'<c r="{address}" s="{_XLSX_STYLE_INDEX[style]}"{kind}>{shown}</c>'


def build_xlsx_file(rows: Sequence[str], merged: Sequence[str], widths: Sequence[float], heads: int) -> bytes:
    """Return an .xlsx file with one sheet; *heads* is the row to repeat on every page, 0 for none."""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    sheet = (
        f'{_XLSX_XML_HEAD}<worksheet {_XLSX_MAIN_NAMESPACE}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f'<cols>{columns}</cols><sheetData>{"".join(rows)}</sheetData><mergeCells count="{len(merged)}">{merges}</mergeCells>'
        '<pageMargins left="0.6" right="0.6" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="portrait" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;R&amp;8&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    )
    titles = f'<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">\'Sheet1\'!${heads}:${heads}</definedName></definedNames>'
    book = (
        f"{_XLSX_XML_HEAD}<workbook {_XLSX_MAIN_NAMESPACE} {_XLSX_RELATION_NAMESPACE}><bookViews><workbookView/></bookViews>"
        f'<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>{titles if heads else ""}</workbook>'
    )
    relations = f'{_XLSX_XML_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return pack_document(
        {
            "[Content_Types].xml": _xlsx_content_types().encode(),
            "_rels/.rels": f'{relations}<Relationship Id="rId1" Type="{_XLSX_RELATION_TYPES}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": (
                f'{relations}<Relationship Id="rId1" Type="{_XLSX_RELATION_TYPES}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="rId2" Type="{_XLSX_RELATION_TYPES}/styles" Target="styles.xml"/></Relationships>'
            ).encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
            "xl/styles.xml": _xlsx_styles_part().encode(),
        }
    )


def _xlsx_content_types() -> str:
    parts = (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"))
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_XLSX_CONTENT_TYPE}.{kind}+xml"/>' for part, kind in parts
    )
    return (
        f'{_XLSX_XML_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _xlsx_styles_part() -> str:
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in _XLSX_NUMBER_FORMATS)
    fonts = "".join(
        f'<font>{"<b/>" if bold else ""}<sz val="{size:g}"/><color rgb="{color}"/><name val="Calibri"/><family val="2"/></font>'
        for size, bold, color in _XLSX_FONTS
    )
    fills = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' + "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{color}"/><bgColor indexed="64"/></patternFill></fill>'
        for color in _XLSX_FILLS[1:]
    )
    borders = "".join(_xlsx_border(inner) for inner in _XLSX_BORDERS)
    cells = "".join(
        f'<xf numFmtId="{code}" fontId="{font}" fillId="{fill + 1 if fill else 0}" borderId="{border}" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment {alignment}/></xf>'
        for font, fill, border, code, alignment in _XLSX_CELL_STYLES.values()
    )
    return (
        f'{_XLSX_XML_HEAD}<styleSheet {_XLSX_MAIN_NAMESPACE}><numFmts count="{len(_XLSX_NUMBER_FORMATS)}">{formats}</numFmts>'
        f'<fonts count="{len(_XLSX_FONTS)}">{fonts}</fonts><fills count="{len(_XLSX_FILLS) + 1}">{fills}</fills>'
        f'<borders count="{len(_XLSX_BORDERS)}">{borders}</borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_XLSX_CELL_STYLES) + 1}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _xlsx_border(inner: str) -> str:
    top, bottom = (inner if inner.startswith(f"<{side}") else f"<{side}/>" for side in ("top", "bottom"))
    return f"<border><left/><right/>{top}{bottom}<diagonal/></border>"

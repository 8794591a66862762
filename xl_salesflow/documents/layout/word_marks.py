"""WordprocessingML, as much of it as the shipped templates need: paragraphs, runs, tables, and the parts around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xl_salesflow.documents.package import packed

ACCENT, INK, MUTED, RULE, TINT = "0B5D6B", "1B2430", "5B6675", "D5DCE3", "F3F7F8"
WIDTH = 9864  # twentieths of a point between the margins of A4
_MARGIN = 1021
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ML = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def run(text: str, *, size: float = 0, bold: bool = False, color: str = "", caps: int = 0) -> str:
    """Return a run; *size* in points, *caps* is letter spacing in twentieths of a point."""
    marks = "".join(
        (
            "<w:b/>" if bold else "",
            f'<w:color w:val="{color}"/>' if color else "",
            f'<w:spacing w:val="{caps}"/>' if caps else "",
            f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else "",
        )
    )
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, align: str = "", before: int = 0, after: int = 0, keep: bool = False, rule: str = "") -> str:
    """Return a paragraph; *before* and *after* in twentieths of a point, *keep* ties it to the next one."""
    marks = "".join(
        (
            "<w:keepNext/><w:keepLines/>" if keep else "",
            f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="{rule}"/></w:pBdr>' if rule else "",
            f'<w:spacing w:before="{before}" w:after="{after}"/>',
            f'<w:jc w:val="{align}"/>' if align else "",
        )
    )
    return f"<w:p><w:pPr>{marks}</w:pPr>{''.join(runs)}</w:p>"


def gap(height: int) -> str:
    """Return room between two blocks, *height* in twentieths of a point."""
    return f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/></w:pPr></w:p>'


def tag(text: str) -> str:
    """Return a paragraph that holds nothing but a tag and is not printed."""
    return paragraph(run(text))


def cell(content: str, width: int, *, fill: str = "", bottom: str = "", left: str = "", middle: bool = False) -> str:
    """Return a table cell; *fill*, and *bottom* and *left* borders, are colours."""
    borders = "".join(
        (
            f'<w:left w:val="single" w:sz="12" w:space="0" w:color="{left}"/>' if left else "",
            f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{bottom}"/>' if bottom else "",
        )
    )
    marks = "".join(
        (
            f'<w:tcW w:w="{width}" w:type="dxa"/>',
            f"<w:tcBorders>{borders}</w:tcBorders>" if borders else "",
            f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else "",
            '<w:vAlign w:val="center"/>' if middle else "",
        )
    )
    return f"<w:tc><w:tcPr>{marks}</w:tcPr>{content}</w:tc>"


def row(*cells: str, head: bool = False) -> str:
    """Return a table row that is not torn by a page's end; a *head* is repeated on every page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def tag_row(text: str, columns: int) -> str:
    """Return a table row that holds nothing but a tag and is not printed."""
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    return f"<w:tr><w:tc><w:tcPr>{span}</w:tcPr>{tag(text)}</w:tc></w:tr>"


def table(rows: Iterable[str], widths: Sequence[int], *, indent: int = 0, padding: int = 80) -> str:
    """Return a table without a frame whose columns are *widths* twentieths of a point wide."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margins = (
        f'<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="{padding}" w:type="dxa"/>'
        f'<w:bottom w:w="50" w:type="dxa"/><w:right w:w="{padding}" w:type="dxa"/></w:tblCellMar>'
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{indent}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def document(body: str, footer: str) -> bytes:
    """Return the .docx: *body* on A4, *footer* on every page."""
    section = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar w:top="964" w:right="{_MARGIN}" w:bottom="1134" w:left="{_MARGIN}" w:header="480" w:footer="480" '
        'w:gutter="0"/></w:sectPr>'
    )
    return packed(
        {
            "[Content_Types].xml": _types().encode(),
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")).encode(),
            "word/_rels/document.xml.rels": _relations(
                ("styles", "styles.xml"), ("footer", "footer1.xml"), ("fontTable", "fontTable.xml")
            ).encode(),
            "word/document.xml": f"{_HEAD}<w:document {_NAMESPACES}><w:body>{body}{section}</w:body></w:document>".encode(),
            "word/styles.xml": f"{_HEAD}{_styles()}".encode(),
            "word/fontTable.xml": f"{_HEAD}<w:fonts {_NAMESPACES}>{''.join(map(_font, _FONTS))}</w:fonts>".encode(),
            "word/footer1.xml": f"{_HEAD}<w:ftr {_NAMESPACES}>{footer}</w:ftr>".encode(),
        }
    )


def page_field(code: str, size: float, color: str) -> str:
    """Return a field such as PAGE or NUMPAGES."""
    inner = run("1", size=size, color=color)
    return f'<w:fldSimple w:instr=" {code} ">{inner}</w:fldSimple>'


_FONTS = (("Calibri", "Carlito"), ("Microsoft YaHei", "Noto Sans CJK SC"))


def _font(names: tuple[str, str]) -> str:
    # a machine without the font takes another one without serifs
    return f'<w:font w:name="{names[0]}"><w:altName w:val="{names[1]}"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'


def _types() -> str:
    parts = (("document", "document.main"), ("styles", "styles"), ("footer1", "footer"), ("fontTable", "fontTable"))
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_ML}.{kind}+xml"/>' for part, kind in parts
    )
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{told}</Relationships>'


def _styles() -> str:
    return (
        f"<w:styles {_NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Microsoft YaHei"/>'
        f'<w:color w:val="{INK}"/><w:sz w:val="19"/><w:szCs w:val="19"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="247" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style></w:styles>'
    )

"""WordprocessingML for the supplied templates: paragraphs, runs, tables and the parts around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xl_salesflow.documents.template_safety import pack_document

DOCX_ACCENT, DOCX_INK, DOCX_MUTED, DOCX_RULE, DOCX_TINT = "0B5D6B", "1B2430", "5B6675", "D5DCE3", "F3F7F8"
DOCX_TEXT_WIDTH = 9864  # twentieths of a point between the margins of A4
_DOCX_MARGIN = 1021
_DOCX_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_DOCX_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DOCX_RELATION_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DOCX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def docx_run(text: str, *, size: float = 0, bold: bool = False, color: str = "", caps: int = 0) -> str:
    """Return a run; *size* is in points, *caps* is the letter spacing in twentieths of a point."""
    elements = "".join(
        (
            "<w:b/>" if bold else "",
            f'<w:color w:val="{color}"/>' if color else "",
            f'<w:spacing w:val="{caps}"/>' if caps else "",
            f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else "",
        )
    )
    properties = f"<w:rPr>{elements}</w:rPr>" if elements else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def docx_paragraph(
    *runs: str, align: str = "", before: int = 0, after: int = 0, keep: bool = False, rule: str = ""
) -> str:
    """Return a paragraph; *before* and *after* are in twentieths of a point, *keep* keeps it with the next paragraph."""
    properties = "".join(
        (
            "<w:keepNext/><w:keepLines/>" if keep else "",
            f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="{rule}"/></w:pBdr>' if rule else "",
            f'<w:spacing w:before="{before}" w:after="{after}"/>',
            f'<w:jc w:val="{align}"/>' if align else "",
        )
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def docx_gap(height: int, keep: bool = False) -> str:
    """Return an empty paragraph between two blocks; *height* is in twentieths of a point, *keep* as in a paragraph."""
    together = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr>{together}<w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/></w:pPr></w:p>'


def docx_tag(text: str) -> str:
    """Return a paragraph that contains only a tag and is not printed."""
    return docx_paragraph(docx_run(text))


def docx_cell(
    content: str, width: int, *, fill: str = "", bottom: str = "", left: str = "", middle: bool = False
) -> str:
    """Return a table cell; *fill*, *bottom* and *left* are the colours of the background and of the borders."""
    borders = "".join(
        (
            f'<w:left w:val="single" w:sz="12" w:space="0" w:color="{left}"/>' if left else "",
            f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{bottom}"/>' if bottom else "",
        )
    )
    properties = "".join(
        (
            f'<w:tcW w:w="{width}" w:type="dxa"/>',
            f"<w:tcBorders>{borders}</w:tcBorders>" if borders else "",
            f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else "",
            '<w:vAlign w:val="center"/>' if middle else "",
        )
    )
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def docx_row(*cells: str, head: bool = False) -> str:
    """Return a table row that stays on one page; a *head* is repeated on every page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def docx_tag_row(text: str, columns: int) -> str:
    """Return a table row that contains only a tag and is not printed."""
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    return f"<w:tr><w:tc><w:tcPr>{span}</w:tcPr>{docx_tag(text)}</w:tc></w:tr>"


def docx_table(rows: Iterable[str], widths: Sequence[int], *, indent: int = 0, padding: int = 80) -> str:
    """Return a table without a frame; the column *widths* are in twentieths of a point."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margins = (
        f'<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="{padding}" w:type="dxa"/>'
        f'<w:bottom w:w="50" w:type="dxa"/><w:right w:w="{padding}" w:type="dxa"/></w:tblCellMar>'
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{indent}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def build_docx_file(body: str, footer: str) -> bytes:
    """Return a .docx file with *body* on A4 and *footer* on every page."""
    section = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar w:top="964" w:right="{_DOCX_MARGIN}" w:bottom="1134" w:left="{_DOCX_MARGIN}" w:header="480" w:footer="480" '
        'w:gutter="0"/></w:sectPr>'
    )
    return pack_document(
        {
            "[Content_Types].xml": _docx_content_types().encode(),
            "_rels/.rels": _docx_relations(("officeDocument", "word/document.xml")).encode(),
            "word/_rels/document.xml.rels": _docx_relations(
                ("styles", "styles.xml"), ("footer", "footer1.xml"), ("fontTable", "fontTable.xml")
            ).encode(),
            "word/document.xml": f"{_DOCX_XML_HEAD}<w:document {_DOCX_NAMESPACES}><w:body>{body}{section}</w:body></w:document>".encode(),
            "word/styles.xml": f"{_DOCX_XML_HEAD}{_docx_styles()}".encode(),
            "word/fontTable.xml": f"{_DOCX_XML_HEAD}<w:fonts {_DOCX_NAMESPACES}>{''.join(map(_docx_font, _DOCX_FONTS))}</w:fonts>".encode(),
            "word/footer1.xml": f"{_DOCX_XML_HEAD}<w:ftr {_DOCX_NAMESPACES}>{footer}</w:ftr>".encode(),
        }
    )


def docx_page_field(code: str, size: float, color: str) -> str:
    """Return a field such as PAGE or NUMPAGES."""
    inner = docx_run("1", size=size, color=color)
    return f'<w:fldSimple w:instr=" {code} ">{inner}</w:fldSimple>'


_DOCX_FONTS = (("Calibri", "Carlito"), ("Microsoft YaHei", "Noto Sans CJK SC"))


def _docx_font(names: tuple[str, str]) -> str:
    # the alternative name is for machines without the font
    return f'<w:font w:name="{names[0]}"><w:altName w:val="{names[1]}"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'


def _docx_content_types() -> str:
    parts = (("document", "document.main"), ("styles", "styles"), ("footer1", "footer"), ("fontTable", "fontTable"))
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_DOCX_CONTENT_TYPE}.{kind}+xml"/>' for part, kind in parts
    )
    return (
        f'{_DOCX_XML_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _docx_relations(*targets: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCX_RELATION_TYPES}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_DOCX_XML_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def _docx_styles() -> str:
    return (
        f"<w:styles {_DOCX_NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Microsoft YaHei"/>'
        f'<w:color w:val="{DOCX_INK}"/><w:sz w:val="19"/><w:szCs w:val="19"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="247" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style></w:styles>'
    )

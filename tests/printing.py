"""Prints pages of our own as PDF and Word documents, for the tests of these formats."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from docx import Document
import font_roboto  # carries Vietnamese letters, Apache-2.0
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Table

FONT = "Roboto"
Rows = Sequence[Sequence[str]]
Part = str | Rows  # a paragraph, or a table


@cache
def font() -> str:
    """Return the name of a font that is ready for use."""
    pdfmetrics.registerFont(TTFont(FONT, font_roboto.font_files[FONT]))
    return FONT


def print_pdf(
    parts: Sequence[Part], *, columns: int = 1, ruled: bool = True, header: str = "", size: float = 11, **told: Any
) -> bytes:
    """Return a PDF that shows paragraphs and tables, set in columns, numbered from the first sheet."""
    style = ParagraphStyle("body", fontName=font(), fontSize=size, leading=size * 1.3, spaceAfter=size / 2, **told)
    width, height = A4
    gutter, margin = 22, 60
    wide = (width - 2 * margin - (columns - 1) * gutter) / columns
    frames = [
        Frame(margin + i * (wide + gutter), margin, wide, height - 2 * margin, 0, 0, 0, 0) for i in range(columns)
    ]

    def furnish(canvas: Canvas, _: object) -> None:
        canvas.setFont(font(), 9)
        canvas.drawString(margin, height - 30, header)
        canvas.drawCentredString(width / 2, 30, str(canvas.getPageNumber()))

    target = io.BytesIO()
    document = BaseDocTemplate(target, pagesize=A4, invariant=1)
    document.addPageTemplates(PageTemplate("plain", frames, onPage=furnish))
    document.build([_flowable(part, style, wide, ruled=ruled) for part in parts])
    return target.getvalue()


def _flowable(part: Part, style: ParagraphStyle, wide: float, *, ruled: bool) -> Any:
    if part == "\f":
        return PageBreak()
    if isinstance(part, str):
        return Paragraph(part, style)
    lines = [("FONT", (0, 0), (-1, -1), font(), 10), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    lines += [("GRID", (0, 0), (-1, -1), 0.5, "black")] if ruled else []
    cells = [[Paragraph(cell, style) if len(cell) > 20 else cell for cell in row] for row in part]
    return Table(cells, colWidths=[wide / len(part[0])] * len(part[0]), style=lines)


def print_word(parts: Sequence[Part], *, header: str = "", title: str = "") -> bytes:
    """Return a Word document that shows paragraphs and tables; "- " in front makes a list item."""
    document = Document()
    document.core_properties.title = title
    for part in parts:
        if not isinstance(part, str):
            table = document.add_table(len(part), len(part[0]))
            for row, cells in zip(table.rows, part, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        elif part.startswith("- "):
            document.add_paragraph(part[2:], style="List Bullet")
        else:
            document.add_paragraph(part)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()

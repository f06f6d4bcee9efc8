"""Prints pages of our own as PDF and Word documents, for the tests of these formats."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import font_roboto  # carries Vietnamese letters; Apache-2.0
import pypdf
from docx import Document
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Table

FONT = "Roboto"
NEW_SHEET = "\f"
Rows = Sequence[Sequence[str]]
Part = str | Rows  # a paragraph, or a table
WIDTH, HEIGHT = A4
MARGIN, GUTTER = 60, 22


@cache
def font() -> str:
    """Return the name of a font that is ready for use."""
    pdfmetrics.registerFont(TTFont(FONT, font_roboto.font_files[FONT]))
    return FONT


def print_pdf(
    parts: Sequence[Part],
    *,
    columns: int = 1,
    ruled: bool = True,
    header: str = "",
    title: str = "",
    password: str | None = None,
    **style: Any,
) -> bytes:
    """Return a PDF of paragraphs and tables, set in columns, its sheets numbered; ``password`` "" protects it only."""
    looks = ParagraphStyle("body", fontName=font(), fontSize=11, leading=14.3, spaceAfter=5.5, **style)
    wide = (WIDTH - 2 * MARGIN - (columns - 1) * GUTTER) / columns
    frames = [
        Frame(MARGIN + i * (wide + GUTTER), MARGIN, wide, HEIGHT - 2 * MARGIN, 0, 0, 0, 0) for i in range(columns)
    ]

    def furnish(canvas: Canvas, _: object) -> None:
        canvas.setFont(font(), 9)
        canvas.drawString(MARGIN, HEIGHT - 30, header)
        canvas.drawCentredString(WIDTH / 2, 30, f"Trang {canvas.getPageNumber()}")

    target = io.BytesIO()
    locked = None if password is None else StandardEncryption(password, "owner", strength=40)
    document = BaseDocTemplate(target, pagesize=A4, invariant=1, title=title, encrypt=locked)
    document.addPageTemplates(PageTemplate("plain", frames, onPage=furnish))
    document.build([_flowable(part, looks, wide, ruled=ruled) for part in parts])
    return target.getvalue()


def _flowable(part: Part, style: ParagraphStyle, wide: float, *, ruled: bool) -> Any:
    if part == NEW_SHEET:
        return PageBreak()
    if isinstance(part, str):
        return Paragraph(part, style)
    looks = [("FONT", (0, 0), (-1, -1), font(), 10), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    looks += [("GRID", (0, 0), (-1, -1), 0.5, "black")] if ruled else []
    cells = [[Paragraph(cell, style) if len(cell) > 20 else cell for cell in row] for row in part]
    return Table(cells, colWidths=[wide / len(part[0])] * len(part[0]), style=looks)


def draw_pdf(draw: Callable[[Canvas], None], *, rotation: int = 0) -> bytes:
    """Return a PDF of one sheet on which something is drawn."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setFont(font(), 11)
    if rotation:
        canvas.setPageRotation(rotation)
    draw(canvas)
    canvas.save()
    return target.getvalue()


def print_word(parts: Sequence[Part], *, header: str = "", footer: str = "", title: str = "") -> bytes:
    """Return a Word document of paragraphs and tables; "- " in front makes a list item."""
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
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = footer
    return saved(document)


def saved(document: Any) -> bytes:
    """Return a Word document as it is kept in a file."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def print_html(parts: Sequence[Part]) -> bytes:
    """Return an HTML page of paragraphs and tables."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(f"<p>{part}</p>")
        else:
            rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in part)
            pieces.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
    return f"<html><head><meta charset='utf-8'></head><body>{''.join(pieces)}</body></html>".encode()


def print_text(parts: Sequence[Part]) -> bytes:
    """Return a page of plain text, tables as rows with bars."""
    lines = [
        part if isinstance(part, str) else "\n".join(" | ".join(cell or "-" for cell in row) for row in part)
        for part in parts
    ]
    return ("\n".join(lines) + "\n").encode()


def with_pictures(pdf: bytes | None) -> bytes:
    """Return a PDF with one more sheet behind its others, a picture as if scanned; that alone if there are none."""
    picture = io.BytesIO()
    Image.new("L", (40, 40), 200).save(picture, "PDF")
    writer = pypdf.PdfWriter()
    for content in (pdf, picture.getvalue()):
        if content:
            writer.append(io.BytesIO(content))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def zipped(parts: Mapping[str, bytes], whole: bytes = b"") -> bytes:
    """Return a package of some parts, and of those of another package that are not among them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        if whole:
            with zipfile.ZipFile(io.BytesIO(whole)) as other:
                for name in set(other.namelist()) - set(parts):
                    package.writestr(name, other.read(name))
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def with_half_a_character(printed: bytes, letter: str) -> bytes:
    """Return a PDF in which a letter of its fonts is half of a surrogate pair, as in one that was damaged."""
    writer = pypdf.PdfWriter(io.BytesIO(printed))
    told = re.compile(rb"(?m)<%04X>$" % ord(letter))
    for sheet in writer.pages:
        for font in sheet["/Resources"]["/Font"].values():  # type: ignore[index]
            if meanings := font.get_object().get("/ToUnicode"):
                meanings.get_object().set_data(told.sub(b"<D83D>", meanings.get_object().get_data()))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()

"""The verb ``release``: a folder that other portals import."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from builder.cli.screen import in_language, put_json, put_lines, say
from builder.cli.verbs import AS_JSON, OUT, cli
from builder.errors import BuilderError


@cli.command()
@OUT
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True, help="Thư mục để ghi / folder to write"
)
@click.option("--url", help="Địa chỉ sẽ đặt bản phát hành / address where the release will lie")
@click.option("--version", help="Số phiên bản của dữ liệu / version of the data")
@click.option("--issued", type=click.DateTime(["%Y-%m-%d"]), help="Ngày phát hành / day of the release")
@click.option("--title", help="Tên tập dữ liệu, tiếng Việt / Vietnamese title of the data set")
@click.option("--title-en", help="Tên tập dữ liệu, tiếng Anh / English title of the data set")
@click.option("--publisher", help="Cơ quan công bố / publisher")
@click.option("--contact", help="Thư điện tử hoặc trang liên hệ / e-mail address or page of the contact")
@click.option("--endpoint", help="Địa chỉ điểm truy vấn SPARQL, nếu có / address of the SPARQL endpoint, if any")
@AS_JSON
def release(
    out: Path,
    folder: Path,
    issued: datetime | None,
    title: str | None,
    title_en: str | None,
    as_json: bool,
    **told: str | None,
) -> None:
    """Tạo bản phát hành cho các cổng dữ liệu / Make a release that data portals import.

    Gồm đồ thị ở mọi định dạng, danh mục DCAT-AP (catalog.ttl), VoID, schema.org và mã băm của từng tệp / the graph in
    every format, a DCAT-AP catalogue (catalog.ttl), VoID, schema.org and the checksum of every file.
    """
    from builder.exporter import About
    from builder.exporter.catalogue import TITLE
    from builder.release import CHECKSUMS
    from builder.release import release as make

    titles = TITLE | {language: text for language, text in (("vi", title), ("en", title_en)) if text}
    given: dict[str, Any] = {name: value for name, value in told.items() if value}
    try:
        about = About(title=titles, issued=issued.date() if issued else None, **given)
    except BuilderError as problem:
        raise click.UsageError(str(problem), click.get_current_context()) from problem
    made = make(out, folder, about)
    for line in made.left_out:
        say(f"Bỏ qua {line}", f"left out: {line}")
    files, size = made.catalogue.files, sum(file.size for file in made.catalogue.files)
    if as_json:
        put_json(
            {
                "folder": str(folder),
                "url": made.catalogue.url,
                "files": {file.name: file.sha256 for file in files},
                "bytes": size,
                "triples": made.catalogue.statistics.triples,
                "left_out": list(made.left_out),
            }
        )
        return
    put_lines(
        [
            (in_language("Bản phát hành", "release"), f"{folder} → {made.catalogue.url}"),
            (in_language("Tệp dữ liệu", "files of data"), str(len(files))),
            (in_language("Dung lượng", "size"), f"{size / 1e6:.1f} MB"),
            (in_language("Phát biểu", "statements"), str(made.catalogue.statistics.triples)),
            (in_language("Kiểm tra tệp", "to check the files"), f"cd {folder} && sha256sum -c {CHECKSUMS}"),
        ]
    )

"""The verb ``load``: graphs, whole or in shards, into the store of a folder."""

from pathlib import Path

import click

from builder.cli.screen import in_language, progress, put_json, put_lines
from builder.cli.steps import find_files, load_store
from builder.cli.verbs import AS_JSON, cli


@cli.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--store", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Thư mục kho mới / new folder"
)
@AS_JSON
def load(folders: tuple[Path, ...], store: Path, as_json: bool) -> None:
    """Nạp đồ thị vào kho dữ liệu / Load graphs into a store.

    FOLDERS: kết quả của cchc build, hoặc thư mục shards trong đó / results of cchc build, or the folder of shards in
    one. Từng tệp được đối chiếu trước khi nạp / every file is checked before it is loaded. Lên máy chủ SPARQL: cchc
    push / to a SPARQL server: cchc push.
    """
    found = [find_files(folder) for folder in folders]
    files = [file for each, _ in found for file in each]
    with progress("nạp đồ thị", "loading graphs") as report:
        statements = load_store(files, store, " ".join(mark for _, mark in found), report)
    if as_json:
        put_json({"store": str(store), "files": len(files), "statements": statements})
        return
    told = (("Tệp", "files", f"{len(files)} → {store}"), ("Phát biểu", "statements", str(statements)))
    put_lines((in_language(vi, en), value) for vi, en, value in told)

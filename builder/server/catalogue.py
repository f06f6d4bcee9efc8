"""What a build is as a data set: its description, and the files of its release."""

from functools import lru_cache
from pathlib import Path

from builder.explorer.atlas import Atlas
from builder.exporter import About, Catalogue, count_statements, describe
from builder.keeping import GRAPH
from builder.release import CATALOGUE, CHECKSUMS, SCHEMA_ORG, VOID, read_release

BESIDE = (CATALOGUE, VOID, SCHEMA_ORG, CHECKSUMS)  # files that tell of the others


@lru_cache(maxsize=4)
def catalogue_of(out: Path, release: Path | None, atlas: Atlas) -> Catalogue:
    """Return what is told about the data set of a build; counted once, since it takes a look at every statement."""
    files = read_release(release) if release else ()
    return describe(atlas.store, count_statements(out / GRAPH), files, About())

"""The site as it is published: the pages in all languages, their data, where they come from, and checksums."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.publishing.crate import checksum, record_site

CHECKSUMS = "SHA256SUMS"
"""The checksums of all other files, as `sha256sum --check` reads them."""
PAGE = "index.html"


def bundle(report: Path, site: Path, citation: Path) -> int:
    """Copy the pages and the data of a report to `site`, in place of what was there, and write the record (RO-Crate)
    and the checksums beside them; returns how many files these are of. citation: the CITATION.cff of the software.

    Raises ValueError where there is no page.
    """
    if not (report / PAGE).is_file():
        raise ValueError(f"{report} holds no page; make report, or make article, renders it")
    unfinished = site.with_name(f".{site.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(report, unfinished, ignore=shutil.ignore_patterns("README.md"))
    record_site(unfinished, citation)
    files = sorted(path for path in unfinished.rglob("*") if path.is_file())
    lines = [f"{checksum(path)}  {path.relative_to(unfinished).as_posix()}\n" for path in files]
    (unfinished / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    shutil.rmtree(site, ignore_errors=True)
    unfinished.rename(site)
    return len(files)

"""Print the pages of the article as PDF, each beside its page, with a Chromium that is installed.

python workflow/scripts/pdf.py [report/index.html report/zh/index.html]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
import shutil
import subprocess
import tempfile

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")
PAGES = (Path("report/index.html"), Path("report/zh/index.html"))
SECONDS = 300
"""How long a browser may take over one page."""


def browser() -> str | None:
    """The first browser in the path that can print."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_page(program: str, page: Path) -> Path:
    """The page as a PDF beside it. Raises OSError where none came of it."""
    target = page.with_suffix(".pdf")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "page.pdf")
        # What runs as root, in a container, cannot build the sandbox; the page is ours and asks for nothing.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        options = ["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer", *sandbox]
        done = subprocess.run(
            [program, *options, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", page.resolve().as_uri()],
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if done.returncode or not made.exists():
            raise OSError(f"{program} printed nothing of {page}: {done.stderr.strip()[-400:]}")
        shutil.copyfile(made, target)
    return target


def main(argv: list[str] | None = None) -> None:
    """Print every page that is there and say where it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="default: the pages in report/")
    options = parser.parse_args(argv)
    pages = options.pages or [page for page in PAGES if page.exists()]
    if not pages:
        sys.exit("Error: there is no page in report/ yet: make report, or make article.")
    program = browser()
    if program is None:
        sys.exit(
            f"Error: no browser that prints was found ({', '.join(BROWSERS)}). Install Chromium, or open the page in "
            "any browser and print it from there: its style for paper is the same."
        )
    try:
        for page in pages:
            print(print_page(program, page))
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()

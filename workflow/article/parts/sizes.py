"""What problems say at several sizes: who is faster at each, and where that turns."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, bullets
from article.parts.comparisons import ratio_rows, verdict_sentence
from article.parts.votes import agreement
from article.section import Section
from bench.results import selection
from bench.results.selection import sound_cells
from bench.vocabulary import CALL_SECONDS, PROBLEM, SIZES

SECTION = 8
"""The section that speaks of sizes."""
ROW = [column for column in PROBLEM if column != "size"]
"""What names a problem, whatever its size."""
LEAST_ROWS = 2
"""Problems that make a figure."""
MOST_NAMED = 3
"""Contradictions that the title of a figure names; of more it tells how many they are."""
TO_THE_NEXT = " → "
"""What stands between what is said of a size and of the next."""


def cells_of_several_sizes(section: Section) -> pd.DataFrame:
    """Sound cells of problems that were measured at more than one named size or in more than one precision."""
    frame = sound_cells(section.tables, section.machine)
    group = frame.groupby(["hardware", "workload", "task", "device", "framework", "mode"])
    return frame[(group["size"].transform("nunique") > 1) | (group["precision"].transform("nunique") > 1)]


def link_to(section: Section, block: str) -> Markup:
    """A link to a block of the section that speaks of sizes: "scaling" or "curves"."""
    return Markup('<a href="#{}">{}</a>').format(anchor(block), section.words[f"sizes.{block}"])


def anchor(block: str) -> str:
    """The id of a block of that section."""
    return f"section-{SECTION}-{block}"


def main_by_size(section: Section) -> pd.DataFrame:
    """The comparisons of the main task of every workload that was compared at several sizes."""
    best = selection.counted(selection.best(section.tables, section.machine))
    return several_sizes(section, selection.main_problems(best, "size"))


def several_sizes(section: Section, frame: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of this machine in problems that were compared at several sizes."""
    compared = frame[frame["ratio"].notna() & (frame["hardware"] == section.machine)]
    return compared[compared.groupby(ROW)["size"].transform("nunique") > 1]


def size_results(section: Section, frame: pd.DataFrame, name: str, by_family: bool = False, **values: str) -> Html:
    """The ratios of comparisons at every size, a row for each problem of this machine that was compared at several; of
    a single problem, what the sizes below the largest say, in words; nothing where there is none.

    name: the end of the word that says in the title what is shown, which `values` are put into. by_family: whether
    each family of workloads has panels of its own, headed by its name.
    """
    rows = several_sizes(section, frame)
    if not len(rows):
        return Html()
    sizes = [size for size in SIZES if size in set(rows["size"])]
    rows = rows.assign(order=rows["size"].map(sizes.index), first=rows.groupby(ROW)["ratio"].transform("first"))
    rows = rows.sort_values(["family", "first", *ROW, "order"], kind="stable")
    if len(rows[ROW].drop_duplicates()) < LEAST_ROWS:
        said = [section.item(section.names.problem(row), verdict_sentence(section, row)) for row in rows.itertuples()]
        return bullets(said[:-1])
    return _figure(section, rows, sizes, section.phrase(f"sizes.{name}", **values), values.get("field"), by_family)


def _figure(
    section: Section, rows: pd.DataFrame, sizes: list[str], about: str, shown: str | None, by_family: bool
) -> Html:
    """rows: in the order of the figure, with the column `order`, the place of a row's size among `sizes`."""
    from article.figures.grouped import grouped_ratios

    members = [section.names.of("size", size) for size in sizes]
    data = ratio_rows(rows, section.names, ("workload", "task", "device"), by_family).drop(columns="panel")
    data = data.assign(member=[members[place] for place in rows["order"]])
    texts = [section.names.point(row.text, row.label, row.member) for row in data.itertuples()]
    rows = rows.assign(label=list(data["label"]), member=list(data["member"]))
    finding, calls = _finding(section, rows), _calls(section, rows)
    along = data.groupby("label")["ratio"].transform(lambda ratios: TO_THE_NEXT.join(map(numbers.ratio, ratios)))
    data = data.assign(label=data["label"] + " · " + along)
    return section.figure(
        grouped_ratios, data, "sizes", members, True, rows=texts, finding=finding, of=shown, about=about, calls=calls
    )


def _calls(section: Section, rows: pd.DataFrame) -> str:
    """Which ratios of a figure tell what a call costs and have no vote; rows: with what the figure calls them."""
    calls = rows[selection.shows_a_call(rows)].groupby("label", sort=False)["member"]
    told = [label + section.words["brackets"].format(text=section.words["comma"].join(at)) for label, at in calls]
    said = {"problems": section.words["enumeration"].join(told), "below": numbers.seconds(CALL_SECONDS)}
    return str(section.space + section.phrase("sizes.calls", **said)) if told else ""


def _finding(section: Section, rows: pd.DataFrame) -> Markup:
    """How many problems have one verdict, and which are decided differently; rows: with what the figure calls them."""
    found = agreement(rows, ROW)
    said, apart = section.phrase("shows.sizes", **found.counts), found.apart
    if found.partly:
        said += section.phrase("shows.size partly", count=len(found.partly))
    if found.never:
        said += section.phrase("shows.size never", count=len(found.never))
    if not apart:
        return said
    if len(apart) > MOST_NAMED:
        return said + section.phrase("shows.size flips", count=len(apart))
    named = section.words["enumeration"].join(_flip(section, own) for own in apart)
    return said + section.phrase("shows.size flips named", problems=named)


def _flip(section: Section, own: pd.DataFrame) -> str:
    """A problem and its verdicts from size to size."""
    verdicts = TO_THE_NEXT.join(section.words[f"verdict.{verdict}"] for verdict in own["verdict"])
    return str(own["label"].iloc[0]) + section.words["brackets"].format(text=verdicts)

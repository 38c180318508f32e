"""The two frameworks compared: figures and tables of ratios, and one comparison in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, bullets, first_line, join, paragraph
from article.names import Names, named_by, on_machine, telling
from article.parts.cells import in_explorer
from article.parts.votes import COUNTED
from article.section import Section, limited
from bench.catalogue import section_of
from bench.results import intervals, selection
from bench.results.intervals import Interval, is_positive
from bench.results.statistics import MOST_TRIALS
from bench.vocabulary import COMPARED, PROBLEM

COLUMNS = (
    "problem",
    "hardware",
    *COMPARED,
    "ratio",
    "verdict",
    "rule",
    "trials",
    "further_trials",
    "choice_share",
    "p_adjusted",
    "noise_floor",
    "parity_error",
)
"""The columns of a table of comparisons."""
FIRST = 0
"""The section in which machines stand beside each other."""
NEVER = ("width", "floor", "adjustment")
"""Rules of undecided pairs that no number of trials would decide, where none is known."""
MOST_REASONS = 6
"""Comparisons without a ratio that are listed below a figure; more of them are folded."""


def family_results(section: Section, family: str) -> Html:
    """Ratios of every task of the workloads of one family that no other section shows, at the largest size; the others
    as a table; or that nothing has been measured.
    """
    best = selection.best(section.tables, section.machine)
    shown_in = best["workload"].map(lambda workload: section_of(workload, section.number))
    frame = best[(best["family"] == family) & (shown_in == section.number)]
    if not len(frame):
        return section.sentence("figure.none", title=section.words["figure.ratio.title"])
    named = ("workload", "task", "size", "device")
    return ratio_figures(
        section,
        frame,
        by_ratio(section, selection.largest(frame)),
        named,
        "overview.rest",
        section.names.of("family", family),
    )


def by_ratio(section: Section, frame: pd.DataFrame) -> pd.DataFrame:
    """The comparisons in the order of figures: this machine first, then by family and ratio."""
    other = frame["hardware"] != section.machine
    return frame.assign(other=other).sort_values(["other", "hardware", "family", "ratio"], kind="stable")


def compared(section: Section, workload: str) -> Html:
    """The ratios of PyTorch's time over JAX's in one workload; nothing where none was compared."""
    best = selection.best(section.tables, section.machine)
    own = best[best["workload"] == workload]
    return ratio_figure(section, own, with_table=False, of=section.names.workload(workload)) if len(own) else Html()


def extreme_ratios(section: Section) -> tuple[Interval | None, Interval | None]:
    """The smallest and the largest ratio of best modes here; None where there are fewer than two."""
    frame = selection.best(section.tables, section.machine)
    rows = [intervals.interval(row, "ratio") for row in frame[frame["hardware"] == section.machine].itertuples()]
    found = sorted((entry for entry in rows if entry is not None and entry.bounded), key=lambda entry: entry.value)
    return (found[0], found[-1]) if len(found) > 1 else (None, None)


def equality_margin(section: Section) -> float | None:
    """The margin within which ratios count as equal on this machine, relative; None where nothing was compared."""
    frame = section.tables.frame("comparisons")
    known = frame.loc[frame["hardware"] == section.machine, "equal_within"].dropna()
    return intervals.number(known.max()) if len(known) else None


def ratio_figures(
    section: Section, frame: pd.DataFrame, main: pd.DataFrame, named: tuple[str, ...], others: str, of: Any
) -> Html:
    """The figure of the comparisons `main` on the first machine, and where those of the others stand; how much else
    `frame` holds.

    named: what labels name of a problem; others: the word of the sentence that tells where the rest stands; of:
    what the figure shows.
    """
    rest = len(frame) - len(main)
    first = main["hardware"] == main["hardware"].iloc[0]
    return join(
        ratio_figure(section, main[first], named, with_table=False, by_family=True, of=of),
        None if first.all() else section.sentence("overview.machines", link=_side_by_side(section)),
        left_out(section, main[~first & main["ratio"].isna()]),
        section.sentence(others, count=rest, table=in_explorer(section)) if rest else None,
    )


def _side_by_side(section: Section) -> Markup:
    """A link to the machines beside each other."""
    return Markup('<a href="#section-{}-replicate">{}</a>').format(FIRST, section.words["overview.replicate"])


def ratio_figure(
    section: Section,
    frame: pd.DataFrame,
    named: tuple[str, ...] | None = None,
    with_table: bool = True,
    by_family: bool = False,
    of: Any = None,
) -> Html:
    """The ratios of comparisons, their table, and a sentence for each that could not be compared.

    named: what labels may name of a problem (default: all that differs). with_table: whether the table belongs to it.
    by_family: whether each family of workloads has panels of its own, headed by its name. of: what all of them are of.
    """
    from article.figures.ratios import ratio_plot

    data = ratio_rows(frame, section.names, named, by_family)
    table = comparison_table(section, frame, "comparisons") if with_table else None
    if not len(data):
        drawn = Html()
    elif len(data) == 1:  # one point makes no figure
        drawn = join(_lone_sentence(section, frame), table)
    else:
        texts = [
            section.names.point(row.text, on_machine(row.label, section.hardware(row.panel)))
            for row in data.itertuples()
        ]
        finding = tally(section, limited(data)[0]["verdict"])
        drawn = section.figure(ratio_plot, data, "ratio", rows=texts, finding=finding, after=table, of=of)
    return join(drawn, left_out(section, frame[frame["ratio"].isna()]))


def tally(section: Section, verdicts: Iterable[str], of: str = "comparisons") -> Markup:
    """How many comparisons, or `points`, have which verdict: the title of their figure."""
    found = [verdict for verdict in verdicts if verdict in COUNTED.values()]
    counts = {key: found.count(verdict) for key, verdict in COUNTED.items() if verdict in found}
    if len(counts) == 1:
        return section.phrase(f"tally.{of}.{next(iter(counts))}.{'all' if len(found) > 1 else 'one'}", total=len(found))
    told = [section.phrase(f"tally.{of}.{key}.some", count=count) for key, count in counts.items()]
    return section.phrase(f"tally.{of}.mixed", total=len(found), told=numbers.clauses(told, section.language))


def tally_of(section: Section, cells: pd.DataFrame, of: str = "comparisons") -> Markup | None:
    """`tally` of the comparisons of best modes in the problems of some cells; None where none was compared."""
    own = best_of(section, cells)
    return tally(section, own["verdict"], of) if len(own) else None


def best_of(section: Section, cells: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of best modes, with a ratio, in the problems of some cells."""
    best = section.tables.frame("comparisons")
    best = best[best["best"].fillna(False).astype(bool) & best["ratio"].notna()]
    return best.merge(cells[PROBLEM].drop_duplicates(), on=PROBLEM)


def _lone_sentence(section: Section, frame: pd.DataFrame) -> Html:
    (row,) = frame[frame["ratio"].notna()].itertuples()
    return paragraph(section.item(section.names.problem(row), verdict_sentence(section, row)))


def left_out(section: Section, frame: pd.DataFrame) -> Html | None:
    """Why each of these comparisons has no ratio; many reasons are folded."""
    reasons = [
        section.item(
            on_machine(section.names.problem(row), section.hardware(row.hardware)),
            section.translated(first_line(row.message)) or section.words["sentence.no reason"],
        )
        for row in frame.itertuples()
    ]
    if len(reasons) > MOST_REASONS:
        return behind(section.phrase("figure.many left out", count=len(reasons)), bullets(reasons))
    return join(section.sentence("figure.left out"), bullets(reasons)) if reasons else None


def ratio_rows(
    frame: pd.DataFrame, names: Names, named: tuple[str, ...] | None = None, by_family: bool = False
) -> pd.DataFrame:
    """Rows of `figures.ratios.ratio_plot`; named: what labels may name of a problem (default: all).

    by_family: whether they have the column `group`, the name of their family.
    """
    valid = frame[frame["ratio"].notna()]
    columns = [column for column in telling(valid) if named is None or column in named]
    rows = []
    for row in valid.itertuples():
        shown = intervals.interval(row, "ratio") or Interval(1.0)
        rows.append(
            {
                "panel": row.hardware,
                "label": names.problem(row, columns),
                "workload": named_by(row),
                "ratio": shown.value,
                "low": shown.low,
                "high": shown.high,
                "verdict": row.verdict,
                "noise_floor": intervals.number(row.noise_floor),
                "equal_within": intervals.number(row.equal_within),
                "text": numbers.ratio(shown),
            }
        )
    columns = ["panel", "label", "workload", "ratio", "low", "high", "verdict", "noise_floor", "equal_within", "text"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(group=[names.of("family", family) for family in valid["family"]]) if by_family else found


def comparison_table(section: Section, frame: pd.DataFrame, name: str) -> Html:
    """Comparisons as a folded table."""
    rows = []
    for row in frame.itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            section.problem_columns(row)
            | {
                "torch": row.torch_mode,
                "jax": row.jax_mode,
                "ratio": numbers.ratio(interval) if interval else None,
                "verdict": section.words.get(f"verdict.{row.verdict}", row.verdict),
                "rule": section.words.get(f"rule.{row.rule}", ""),
                "trials": if_known(numbers.count, row.trials),
                "further_trials": if_known(numbers.count, row.further_trials),
                "choice_share": if_known(numbers.percent, row.choice_share),
                "p_adjusted": if_known(numbers.p_value, row.p_adjusted).removeprefix("= "),
                "noise_floor": if_known(numbers.percent, row.noise_floor),
                "parity_error": if_known(numbers.scientific, row.parity_error),
            }
        )
    return section.table(rows, COLUMNS, name, folded=True)


def if_known(show: Callable[[float], str], value: Any) -> str:
    """A number as `show` shows it; nothing where it is missing or infinite."""
    known = intervals.number(value)
    return "" if known is None else show(known)


def verdict_sentence(section: Section, row: Any) -> Markup:
    """One comparison in words: who is faster, or that both are equal, or that it cannot be decided; how sure that is,
    and what is to be noted of it, such as runs that failed and modes that could not be compared.
    """
    interval = intervals.interval(row, "ratio")
    if interval is None or row.verdict == "not comparable":
        reason = section.translated(first_line(row.message)) or section.words["sentence.no reason"]
        said = section.phrase("sentence.not comparable", message=reason)
    else:
        modes = {name: section.names.variant(name, getattr(row, f"{name}_mode")) for name in COMPARED}
        said = SENTENCES.get(row.verdict, _faster)(section, row, interval, modes)
        if chosen := choice(row):
            said += section.space + section.phrase("sentence.chosen", **chosen)
        if noted := first_line(row.message):
            said += section.space + section.phrase("sentence.noted", message=section.translated(noted))
    return said


def choice(row: Any) -> dict[str, str]:
    """Of how many trials of a comparison the others chose the modes that it names; nothing where all did."""
    share, trials = intervals.number(row.choice_share), intervals.number(row.trials)
    if share is None or share == 1 or not trials:
        return {}
    return {"count": numbers.count(share * trials), "trials": numbers.count(trials)}


def _faster(section: Section, row: Any, interval: Interval, modes: Mapping[str, str]) -> Markup:
    """Who is how many times as fast."""
    shown = interval if row.verdict == "jax faster" else interval.inverse()
    sure = section.phrase("sentence.p", p=if_known(numbers.p_value, row.p_adjusted))
    return section.phrase(f"sentence.{row.verdict}", ratio=numbers.ratio(shown), **modes) + sure


def _equal(section: Section, row: Any, interval: Interval, modes: Mapping[str, str]) -> Markup:
    """That both are equal, within which margin, with the 90 % interval that says so."""
    tested = Interval(interval.value, intervals.number(row.ratio_low_90), intervals.number(row.ratio_high_90))
    margin = if_known(numbers.margin, row.equal_within)
    return section.phrase("sentence.equal", ratio=numbers.ratio(tested), margin=margin, **modes)


def _undecided(section: Section, row: Any, interval: Interval, modes: Mapping[str, str]) -> Markup:
    """That nobody can be called faster, why, and how many more trials would decide."""
    values = {"floor": if_known(numbers.percent, row.noise_floor), "p": if_known(numbers.p_value, row.p_adjusted)}
    away = (interval.low or 0.0) > 1 or (interval.high or math.inf) < 1  # it tells the sides apart, but not by enough
    reason = "why.reach" if row.rule == "width" and away else f"why.{row.rule}"
    why = section.phrase(reason, **values) if reason in section.words else ""
    return section.phrase("sentence.undecided", ratio=numbers.ratio(interval), **modes) + why + _further(section, row)


def _further(section: Section, row: Any) -> Markup:
    """The end of the sentence on an undecided pair: how many more trials would decide, or that none would."""
    if is_positive(row.further_trials):
        many = "some" if row.further_trials > 1 else "one"
        return section.phrase(f"further.{many}", count=numbers.count(row.further_trials))
    return section.phrase("further.never" if row.rule in NEVER else "further.unknown", most=numbers.count(MOST_TRIALS))


SENTENCES: dict[str, Callable[[Section, Any, Interval, Mapping[str, str]], Markup]] = {
    "equal": _equal,
    "undecided": _undecided,
}
"""Verdict → what says it; of the others, who is faster."""

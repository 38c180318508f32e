"""Judge every claim of the article: tables → verdicts and evidence, by the functions of `claims/`.

    python workflow/bench/judge.py --tables report/data --machine this --output report/data/claims.parquet

A claim without a function is "not measured here" or, by its kind, "opinion".
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, whose statistics.py would hide the standard module
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from bench import claims as claims  # registers every judgement
from bench import collect, schema
from bench.claims.common import ARTICLE
from bench.judging import OPINION, REGISTRY, UNMEASURED, Missing, Results, Verdict
from bench.tables import NAMES, Tables


def read_claims(path: Path = ARTICLE / "claims.yaml") -> list[dict[str, Any]]:
    """The claims of the article, in its order."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def judge(entry: Mapping[str, Any], results: Results) -> Verdict:
    """The verdict on one claim, with the rule that led to it."""
    if entry["kind"] == "opinion":
        return Verdict(OPINION, {})
    decide = REGISTRY.get(entry["id"])
    if decide is None:
        return Verdict(UNMEASURED, {"reason": "no experiment yet"})
    rule = " ".join((inspect.getdoc(decide) or "").split())
    try:
        found = decide(results)
    except Missing as missing:
        return Verdict(UNMEASURED, {**missing.evidence, "rule": rule})
    return Verdict(found.verdict, {**found.evidence, "rule": rule})


def judge_foreign(entry: Mapping[str, Any], results: Results) -> Verdict:
    """`judge` for the data of another machine, which may hold anything: what cannot be read decides nothing."""
    try:
        return judge(entry, results)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return Verdict(UNMEASURED, {"reason": "unreadable data", "error": type(error).__name__})


def rows(results: Results, entries: Iterable[Mapping[str, Any]], own: bool = True) -> list[dict[str, Any]]:
    """The rows of the table `claims` for one machine."""
    decide = judge if own else judge_foreign
    judged = [(entry, decide(entry, results)) for entry in entries]
    return [{"hardware": results.hardware, "id": entry["id"], "section": entry["section"], "kind": entry["kind"],
             "verdict": found.verdict, "evidence": as_text(found.evidence)} for entry, found in judged]


def as_text(evidence: Mapping[str, Any]) -> str:
    """Evidence as JSON that a table accepts; the last rows of its long lists are left out where it would not."""
    evidence = dict(evidence)
    while len(text := json.dumps(evidence, ensure_ascii=False, allow_nan=False)) > schema.LONGEST_TEXT:
        lists = [key for key, value in evidence.items() if isinstance(value, list) and len(value) > 1]
        if not lists:
            raise ValueError(f"evidence of {len(text)} characters holds no list that could be shortened")
        longest = max(lists, key=lambda key: len(json.dumps(evidence[key])))
        evidence |= {longest: evidence[longest][: len(evidence[longest]) // 2], "shortened": True}
    return text


def main(argv: list[str] | None = None) -> None:
    """Judge every claim on every machine, this one first, and write the table and its sheet."""
    parser = argparse.ArgumentParser(description="Judge the claims of the article from the tables.")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the merged tables")
    parser.add_argument("--machine", required=True, help="name of this machine")
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write; a CSV is written beside it")
    options = parser.parse_args(argv)
    tables, entries = Tables(options.tables), read_claims()
    frames = {name: tables.frame(name) for name in NAMES if name != "claims"}
    machines = list(dict.fromkeys([options.machine, *tables.hardware(options.machine)]))
    table = [row for machine in machines
             for row in rows(Results(machine, frames, tables.machines), entries, machine == options.machine)]
    schema.write(options.output, "claims", table)
    collect.write_csv(options.output.with_suffix(".csv"), "claims", table)
    own = [row["verdict"] for row in table if row["hardware"] == options.machine]
    print(f"{options.machine}: " + ", ".join(f"{own.count(verdict)} {verdict}" for verdict in schema.CLAIM_VERDICTS))


if __name__ == "__main__":
    main()

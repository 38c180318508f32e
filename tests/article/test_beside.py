"""Tables of several machines: beside each other, what is the same on all of them once, and nothing lost."""

from hypothesis import given
from hypothesis import strategies as st

from article.beside import MOST_BESIDE, laid_out
from article.words import read_words

WORDS = read_words("en")
COLUMNS = ("problem", "hardware", "torch", "jax")
MACHINES = ("one", "two", "three")


def row(machine, problem, torch, jax):
    return {"problem": problem, "hardware": machine, "torch": torch, "jax": jax}


def contents(lines):
    return [[cell.content for cell in line] for line in lines]


def test_machines_stand_beside_each_other_below_what_they_found():
    head, body = laid_out([row("one", "a", 1, 2), row("two", "a", 3, 2)], COLUMNS, MACHINES, WORDS)
    assert contents(head) == [["Problem", "PyTorch", "JAX"], ["one", "two", "one", "two"]]
    assert [(cell.rows, cell.columns) for cell in head[0]] == [(2, 1), (1, 2), (1, 2)]
    assert contents(body) == [["a", 1, 3, 2]]
    assert [cell.columns for cell in body[0]] == [1, 1, 1, 2], "what is the same on both stands once"


def test_one_value_needs_no_second_line_of_headings():
    rows = [{"problem": "a", "hardware": name, "value": 1} for name in MACHINES]
    head, body = laid_out(rows, ("problem", "hardware", "value"), MACHINES, WORDS)
    assert contents(head) == [["Problem", *MACHINES]]
    assert contents(body) == [["a", 1]]


def test_a_machine_without_a_row_is_not_said_to_have_the_same():
    rows = [row("one", "a", 1, 1), row("two", "a", 1, 1), row("two", "b", 5, 5)]
    _, body = laid_out(rows, COLUMNS, MACHINES, WORDS)
    assert contents(body)[1] == ["b", None, 5, None, 5]


def test_many_values_have_a_row_for_each_machine_or_one_for_all():
    columns = ("problem", "hardware", *"wxyz")
    rows = [{"problem": of, "hardware": name, "w": of == "b" and name} for of in "ab" for name in MACHINES]
    head, body = laid_out(rows, columns, MACHINES, WORDS)
    assert contents(head) == [["Problem", "Machine", *"wxyz"]]
    assert contents(body)[0][:2] == ["a", "all machines"]
    assert [line[0] for line in contents(body)[1:]] == ["b", "two", "three"]
    assert body[1][0].rows == 3


def test_one_machine_is_shown_row_by_row():
    head, body = laid_out([row("one", "a", 1, 2)], COLUMNS, ("one",), WORDS)
    assert contents(head) == [["Problem", "Machine", "PyTorch", "JAX"]]
    assert contents(body) == [["a", "one", 1, 2]]


@given(
    st.lists(st.tuples(st.sampled_from(MACHINES), st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2))),
    st.sampled_from([2, MOST_BESIDE]),
)
def test_every_line_is_as_wide_as_its_table_and_no_value_is_lost(found, most):
    rows = [row(*one) | {f"more {at}": 7 for at in range(most - 2)} for one in found]
    columns = (*COLUMNS, *(f"more {at}" for at in range(most - 2)))
    head, body = laid_out(rows, columns, MACHINES, WORDS)
    width = sum(cell.columns for cell in head[0])
    covered = [0] * len(body)
    for at, line in enumerate(body):
        for cell in line:
            for below in range(at, at + cell.rows):
                covered[below] += cell.columns
    assert set(covered) <= {width}
    shown = {cell.content for line in body for cell in line}
    assert {value for one in rows for name, value in one.items() if name != "hardware"} <= shown

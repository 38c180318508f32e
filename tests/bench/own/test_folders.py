"""Which folders are workloads, and what they are called."""

import os
from pathlib import Path

import pytest

from bench import catalogue, sources
from bench.own import folders
from tests.bench.own import planted


@pytest.mark.parametrize(("name", "called"), [("vit", "vit"), ("My-Model 2", "my_model_2"), ("a__b", "a_b")])
def test_a_workload_is_called_like_its_folder(name, called):
    assert folders.name_of(Path("/somewhere", name)) == called


def test_a_folder_whose_name_begins_with_a_digit_is_refused(tmp_path):
    with pytest.raises(ValueError, match="has to begin with a letter"):
        folders.use([planted.template(tmp_path / "3d")])


def test_a_folder_is_a_workload_of_the_family_own_beside_those_of_the_project(tmp_path):
    place = planted.template(tmp_path / "mine")
    assert "own/mine" not in catalogue.timed()
    folders.use([place])
    item = catalogue.timed()["own/mine"]
    assert item.folder == place and item.frameworks == ("jax", "torch")
    assert "training/mlp" in catalogue.timed()


def test_a_path_may_be_relative_and_reaches_every_process(tmp_path, monkeypatch):
    planted.template(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    folders.use(["mine"])
    assert os.environ[folders.VARIABLE] == str(tmp_path / "mine")
    assert folders.variables("mine", {"PYTHONPATH": "/packages"}) == {
        folders.VARIABLE: str(tmp_path / "mine"),
        "PYTHONPATH": "/packages",
    }


def test_a_folder_without_its_files_is_refused_by_name(tmp_path):
    place = planted.template(tmp_path / "mine")
    (place / "jax_impl.py").unlink()
    with pytest.raises(ValueError, match=r"mine', which has no jax_impl\.py"):
        folders.use([place])


def test_a_file_that_is_no_python_is_refused_with_its_line(tmp_path):
    place = planted.folder(tmp_path / "mine", torch_impl="build = = 1\n")
    with pytest.raises(ValueError, match=r"torch_impl\.py is no Python.*line 1"):
        folders.use([place])


@pytest.mark.parametrize("path", ["a\0b", "~nobody_of_this_name/model", "x" * 5000, ""])
def test_what_is_no_path_is_refused_in_a_sentence(path):
    with pytest.raises(ValueError, match=r"^own is '.*, which (is no path of a folder|has no problem\.py)"):
        folders.use([path])


def test_two_folders_of_one_name_are_refused(tmp_path):
    places = [planted.template(tmp_path / part / "mine") for part in ("one", "other")]
    with pytest.raises(ValueError, match="two folders of the name mine"):
        folders.use(places)


def test_a_name_is_the_folder_that_the_template_was_written_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert folders.place_of("mine") == Path("own/mine")
    assert folders.place_of("some/where") == Path("some/where")
    (tmp_path / "mine").mkdir()
    assert folders.place_of("mine") == Path("mine")


def test_the_same_name_in_two_families_has_two_titles(tmp_path):
    folders.use(
        [planted.folder(tmp_path / "mlp", problem='TITLE = "mine"\n' + "SIZES = {'tiny': {}}\nclass Problem: pass\n")]
    )
    assert catalogue.known("mlp", "own").title["en"] == "mine"
    assert catalogue.known("mlp", "training").title["en"] == catalogue.known("mlp").title["en"] != "mine"


def digest(framework="torch"):
    sources.run_digest.cache_clear()
    return sources.run_digest("own", "mine", framework)


@pytest.fixture
def mine(tmp_path):
    """A folder in use."""
    place = planted.template(tmp_path / "mine")
    folders.use([place])
    return place


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("torch_impl.py", "# a comment\n"),
        ("README.md", "notes\n"),
        ("problem.py", 'TITLE = "another"\n'),
        ("jax_impl.py", "FURTHER = 1\n"),
    ],
)
def test_what_pytorch_does_not_execute_measures_nothing_of_it_again(mine, file, text):
    before = digest()
    with (mine / file).open("a") as stream:
        stream.write(text)
    assert digest() == before


@pytest.mark.parametrize("file", ["torch_impl.py", "problem.py", "helper.py", "layers/attention.py", "weights.csv"])
def test_what_it_executes_or_reads_measures_it_again(mine, file):
    before = digest()
    (mine / file).parent.mkdir(exist_ok=True)
    with (mine / file).open("a") as stream:
        stream.write("FURTHER = 1\n")
    assert digest() != before

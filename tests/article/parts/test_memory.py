"""What each variant takes of the memory."""

import re

from article import numbers
from article.parts.memory import memory_examples, memory_table
from article.section import Section
from tests.article.planted import OTHER


def test_memory_is_told_for_host_and_device_without_what_the_process_held_before(tables):
    html = memory_table(Section(tables, "en", OTHER, 5))
    assert numbers.size(150_000_000) in html
    assert numbers.size(90_000_000) in html


def test_memory_of_start_and_steady_state_is_told_apart(tables):
    html = memory_table(Section(tables, "en", OTHER, 5))
    assert "host, start-up" in html and numbers.size(270_000_000) in html
    assert "device, start-up" in html and numbers.size(120_000_000) in html


def test_the_examples_of_memory_call_the_frameworks_as_these_call_themselves(tables):
    rows = re.findall(r"<tr>(.*?)</tr>", memory_examples(Section(tables, "en", OTHER, 5)), re.DOTALL)
    found = {cell for row in rows for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)}
    assert "PyTorch" in found
    assert not found & {"torch", "jax"}

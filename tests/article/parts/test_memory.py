"""What each variant takes of the memory."""

from article import numbers
from article.parts.memory import memory_table
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

"""The pages in headless Chromium: nothing fails, nothing leaves, nothing scrolls sideways, everybody can read them."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from article.figures import palette, svg
from article.figures.ratios import ratio_plot
from article.figures.startup import startup_plot
from article.figures.targets import target_plot
from article.figures.values import distribution_plot
from article.parts.comparisons import ratio_rows
from article.parts.startup import startup_parts
from article.parts.targets import courses, target_runs
from article.parts.values import values
from article.section import Section, limited
from article.words import read_words
from bench.results import selection
from tests.article import outcomes
from tests.article.planted import OWN
from tests.checkout import ROOT

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.xdist_group("pages"),
    pytest.mark.skipif(not BROWSER or not DRIVER, reason="no chromium with chromedriver is installed"),
]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


LAY_OUT = """const [done] = arguments, folded = document.querySelectorAll("details:has(> noscript)");
    document.getElementById("explorer")?.scrollIntoView();
    folded.forEach(one => one.open = true);
    const finish = () => {
        if (document.querySelector("main noscript")) return setTimeout(finish, 20);
        folded.forEach(one => one.open = false);
        document.querySelectorAll(".tall, main > section").forEach(one => one.style.contentVisibility = "visible");
        scrollTo(0, 0);
        done();
    };
    finish();"""
"""What reading the whole page does: whatever is out of sight or folded is made and laid out."""
ROWS = "#explorer tbody tr"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(100)
    yield driver
    driver.quit()


def until(browser, script):
    """Wait until a script returns something true, and return it."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 30).until(lambda browser: browser.execute_script(script))


def load(browser, address):
    """Open a page and wait for its end: the driver may come back while it is read."""
    browser.get(address)
    until(browser, "return document.readyState === 'complete'")


def show(browser, page, width=1600, scheme="light"):
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    load(browser, page.as_uri())
    browser.execute_async_script(LAY_OUT)
    time.sleep(0.2)


@pytest.fixture(params=["en", "zh"])
def page(request, pages):
    return pages[request.param]


def test_the_page_opens_from_a_file_without_a_word_on_the_console(browser, page):
    show(browser, page)
    assert browser.get_log("browser") == []


def test_no_request_leaves_the_page(browser, page):
    show(browser, page)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {
        message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"
    }
    # the first page that a fresh browser opens is its own
    assert {url for url in asked if not url.startswith(("chrome:", "data:"))} == {page.as_uri()}


@pytest.mark.parametrize("width", [320, 360, 768, 1600])
def test_the_page_does_not_scroll_sideways(browser, page, width):
    show(browser, page, width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


COLUMNS = """return Math.max(...[...document.querySelectorAll(".plot")].map(plot =>
    new Set([...plot.children].map(panel => Math.round(panel.getBoundingClientRect().left))).size))"""
SMALLEST = """return Math.min(...[...document.querySelectorAll(".plot svg")]
    .filter(panel => panel.getBoundingClientRect().width > 0)
    .map(panel => panel.getBoundingClientRect().width / panel.viewBox.baseVal.width))"""


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (768, 2), (1600, 2)])
def test_panels_stand_below_each_other_on_a_phone_and_in_two_columns_where_there_is_room(browser, page, width, columns):
    show(browser, page, width)
    assert browser.execute_script(COLUMNS) == columns
    assert browser.execute_script(SMALLEST) > 0.9  # labels are as large as they were drawn, or larger


@pytest.mark.parametrize("width", [360, 1600])
def test_no_drawn_text_reaches_beyond_its_drawing(browser, page, width):
    show(browser, page, width)
    outside = browser.execute_script("""return [...document.querySelectorAll(".plot svg")]
        .flatMap(plot => [...plot.querySelectorAll("text")].filter(text => {
            const box = text.getBoundingClientRect(), frame = plot.getBoundingClientRect();
            return box.left < frame.left - 8 || box.right > frame.right + 8 || box.bottom > frame.bottom + 4;
        }).map(text => text.textContent))""")
    assert outside == []


@pytest.mark.parametrize("width", [360, 1600])
def test_no_label_is_cut(browser, page, width):
    show(browser, page, width)
    cut = browser.execute_script("""return [...document.querySelectorAll(".plot text")]
        .map(text => text.textContent).filter(text => text.includes("…"))""")
    assert [text for text in cut if "script" not in text] == []  # the planted names of nodes are long on purpose


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 360, "dark"), ("en", 1600, "light"), ("zh", 360, "light"), ("zh", 1600, "dark")],
)
def test_axe_finds_no_fault(browser, pages, language, width, scheme):
    from axe_core_python.selenium import Axe

    show(browser, pages[language], width, scheme)
    # the rows of a table are alike; axe takes minutes over thousands of them, and over the dots of a drawing
    browser.execute_script("""document.querySelectorAll("tbody tr:nth-child(n+9)").forEach(row => row.remove());
        document.querySelectorAll("svg g:nth-of-type(n+2) use, svg path").forEach(mark => mark.remove());""")
    found = Axe().run(browser, options={"resultTypes": ["violations"]})
    assert {fault["id"]: [node["html"][:200] for node in fault["nodes"][:3]] for fault in found["violations"]} == {}


def wait_for_rows(browser):
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 30).until(lambda found: found.find_elements("css selector", ROWS))


def shown_rows(browser):
    """The rows of the explorer that are shown: a column or a part of one → its text, and the fields, without a cell."""
    return browser.execute_script("""const heads = [...document.querySelectorAll("#explorer th[data-column]")];
        const fields = JSON.parse(document.getElementById("explorer").dataset.fields);
        const told = row => [...row.cells].flatMap((cell, at) => {
            const [text, parts] = [cell.textContent.trim(), JSON.parse(heads[at].dataset.parts ?? "[]")];
            const end = place => place < parts.length - 1 ? place + 1 : undefined;
            const named = parts.map(([name], place) => [name, text.split(" · ").slice(place, end(place)).join(" · ")]);
            return [[heads[at].dataset.column, text], ...named];
        });
        return [...document.querySelectorAll("#explorer tbody tr")].filter(row => !row.hidden)
            .map(row => Object.fromEntries(told(row))).map(row => ({...row, field: fields[row.workload]}))""")


def choose(browser, column, value):
    """Narrow a column of the explorer as a reader does."""
    from selenium.webdriver.support.select import Select

    Select(browser.find_element("css selector", f"#filters select[name='{column}']")).select_by_visible_text(value)


def kinds(text):
    """What a select offers of a text: each of its values, without the number of a note."""
    return [re.sub(r"[:：]\s*(≈\s*)?[\d,]+$", "", value) for value in text.split(" · ")]


def offered(browser, column):
    """What the select of a column of the explorer offers, besides everything."""
    options = browser.find_elements("css selector", f"#filters select[name='{column}'] option")
    return [option.text for option in options[1:]]


def test_the_explorer_offers_verdicts_alone_and_numbers_in_their_order(browser, page):
    show(browser, page)
    words = read_words(page.parent.name if page.parent.name == "zh" else "en")
    assert set(offered(browser, "verdict")) <= set(words.under("verdict").values())
    trials = [int(count) for count in offered(browser, "trials")]
    assert trials == sorted(trials)


def test_the_explorer_filters_by_every_column_that_has_several_values(browser, pages):
    show(browser, pages["en"])
    every = shown_rows(browser)
    columns = browser.execute_script("return [...document.querySelectorAll('#filters select')].map(one => one.name)")
    assert {"workload", "field", "task", "size", "precision", "device", "hardware", "mode", "verdict"} <= set(columns)
    for column in columns:
        value = next(kind for row in every if (kind := kinds(row[column])[0]))
        choose(browser, column, value)
        fewer = shown_rows(browser)
        assert 0 < len(fewer) < len(every), column
        assert all(value in kinds(row[column]) for row in fewer), column
        assert str(len(fewer)) in browser.find_element("css selector", "#found output").text
        browser.find_element("css selector", "#found button[type=reset]").click()
        time.sleep(0.05)
        assert len(shown_rows(browser)) == len(every)


def test_the_explorer_finds_words(browser, page):
    show(browser, page)
    browser.find_element("css selector", "#filters input").send_keys("scan GPT")
    found = shown_rows(browser)
    assert found
    assert {row["mode"] for row in found} == {"scan"}
    assert all("GPT" in row["workload"] + row["field"] for row in found)  # a field is found by its words too
    assert any("GPT" in row["workload"] for row in found)
    assert any("GPT" not in row["workload"] for row in found)


def test_the_explorer_sorts_by_numbers_and_back_and_says_so(browser, page):
    show(browser, page)

    def sizes():
        return browser.execute_script("""const at = [...document.querySelectorAll("#explorer th[data-column]")]
            .findIndex(head => head.dataset.column === "step");
            return [...document.querySelectorAll("#explorer tbody tr")].map(row => row.cells[at].dataset.n)
                .filter(Boolean).map(Number)""")

    head = browser.find_element("css selector", "#explorer th[data-column=step]")
    for down, said in ((False, "ascending"), (True, "descending")):
        browser.execute_script("arguments[0].querySelector('button').focus()", head)
        browser.switch_to.active_element.send_keys(" ")  # the keyboard, where a mouse would click
        assert head.get_attribute("aria-sort") == said
        assert sizes() == sorted(sizes(), reverse=down)


FOLDED = "details:has(> noscript)"


def test_what_is_folded_is_made_when_it_is_opened(browser, page):
    load(browser, page.as_uri())
    waiting = browser.execute_script(f"return document.querySelectorAll('{FOLDED}').length")
    assert waiting
    browser.find_element("css selector", f"{FOLDED} > summary").click()
    until(browser, f"return document.querySelectorAll('{FOLDED}').length === {waiting - 1}")
    assert browser.execute_script("return document.querySelector('details[open] > div table').rows.length") > 1


def test_an_address_within_what_is_folded_opens_it(browser, page):
    load(browser, page.as_uri())
    names = browser.execute_script(f"""return [...document.querySelectorAll("{FOLDED} > noscript")]
        .map(one => /<figure id="([^"]+)"/.exec(one.textContent)?.[1]).filter(Boolean)""")
    assert names
    browser.get("about:blank")
    load(browser, f"{page.as_uri()}#{names[0]}")
    until(browser, f"return document.getElementById('{names[0]}')?.closest('details').open")


def test_the_view_of_the_explorer_is_in_its_address(browser, page):
    show(browser, page)
    choose(browser, "mode", "jit")
    browser.find_element("css selector", "#explorer th[data-column=ratio] button").click()
    address, seen = browser.current_url, shown_rows(browser)
    assert "#explorer?mode=jit&sort=ratio" in address
    browser.get("about:blank")
    load(browser, address)
    wait_for_rows(browser)
    assert shown_rows(browser) == seen
    assert browser.find_element("id", "filters").is_displayed()
    browser.get(page.as_uri() + "#explorer?mode=nothing&sort=nothing")  # a value that the page does not have
    browser.refresh()
    wait_for_rows(browser)
    assert len(shown_rows(browser)) > len(seen)


NUMBERS = """const heads = [...document.querySelectorAll("#explorer th[data-column]")];
    const variant = heads.findIndex(head => head.dataset.column === "variant");
    return [...document.querySelectorAll("#explorer tbody tr")].filter(row => !row.hidden)
        .map(row => [row.cells[variant].textContent, ...[...row.cells].map(cell => cell.dataset.n ?? "")].join())"""
"""Of each row of the explorer that is shown, what is the same in every language."""


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), pytest.param("zh", "en", marks=[pytest.mark.slow])])
def test_a_view_of_the_explorer_is_the_same_in_the_other_language(browser, pages, language, other):
    show(browser, pages[language])
    columns = browser.execute_script("return [...document.querySelectorAll('#filters select')].map(one => one.name)")
    browser.find_element("css selector", "#explorer th[data-column=step] button").click()
    views = {}
    for column in columns:
        for value in {offered(browser, column)[0], offered(browser, column)[-1]}:
            choose(browser, column, value)
            views[browser.execute_script("return location.hash")] = browser.execute_script(NUMBERS)
        choose(browser, column, browser.execute_script("return document.getElementById('explorer').dataset.all"))
    assert len(views) > 2 * len(columns) - 3
    every = len(browser.find_elements("css selector", ROWS))
    show(browser, pages[other])
    for address, seen in views.items():
        browser.execute_script("location.hash = arguments[0]", address)
        until(browser, f"return location.hash === {json.dumps(address)}")
        time.sleep(0.05)
        assert browser.execute_script(NUMBERS) == seen, address
        assert 0 < len(seen) < every, address


def test_every_link_to_the_explorer_names_what_it_offers(browser, page):
    show(browser, page)
    links = browser.execute_script("""return [...document.querySelectorAll("main a[href^='#explorer?']")]
        .flatMap(link => [...new URLSearchParams(link.hash.slice("#explorer?".length))])""")
    assert links
    for name, value in links:
        option = f"#filters select[name='{name}'] option[value='{value}']"
        assert browser.find_elements("css selector", option), (name, value)


@pytest.mark.parametrize("width", [360, 1600])
def test_the_explorer_draws_the_ratios_of_what_is_shown(browser, page, width):
    show(browser, page, width)
    choose(browser, "workload", shown_rows(browser)[0]["workload"])
    ratios = {row["ratio"] for row in shown_rows(browser) if row["ratio"]}
    labels = browser.execute_script("return [...document.querySelectorAll('#plot svg text')].map(t => t.textContent)")
    assert ratios
    assert all(any(ratio in label for label in labels) for ratio in ratios)
    assert not browser.execute_script("""const plot = document.querySelector("#plot svg");
        return [...plot.querySelectorAll("text")].some(text => {
            const box = text.getBoundingClientRect(), frame = plot.getBoundingClientRect();
            return box.left < frame.left - 2 || box.right > frame.right + 2; })""")
    said = browser.find_element("css selector", "#plot svg").get_attribute("aria-label")
    assert next(iter(ratios)) in said
    names = [piece.rpartition(": ")[0] for piece in said.split("; ")]
    assert len(set(names)) == len(names), "rows of the plot that cannot be told apart"
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.find_element("css selector", "#filters input").send_keys("nothing is called so")
    assert shown_rows(browser) == []
    assert not browser.find_elements("css selector", "#plot svg")
    assert browser.find_element("css selector", "#plot p").text


def downloaded(browser, folder, button):
    """Head and lines of the only sheet that a click on a button saves in a folder, and its name."""
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    browser.execute_script("arguments[0].click()", button)
    for _ in range(300):
        if found := [path for path in folder.glob("*.csv") if path.stat().st_size]:
            break
        time.sleep(0.1)
    with found[0].open(encoding="utf-8", newline="") as sheet:
        head, *lines = csv.reader(sheet)
    assert {len(line) for line in lines} == {len(head)}
    return head, lines, found[0].name


def test_what_the_explorer_shows_can_be_downloaded(browser, page, tmp_path):
    show(browser, page)
    choose(browser, "mode", "scan")
    _, lines, name = downloaded(browser, tmp_path, browser.find_element("id", "sheet"))
    assert name == "results.csv"
    assert len(lines) == len(shown_rows(browser))
    assert all("scan" in line for line in lines)


def test_in_a_sheet_what_spans_columns_and_rows_stands_in_each(browser, page, tmp_path):
    show(browser, page)
    for number, spanning in enumerate(("thead [colspan]", "tbody [rowspan]")):
        (tmp_path / str(number)).mkdir()
        table = browser.find_element("css selector", f".scroll:not(.tall) table:has(> {spanning})")
        scroll = table.find_element("xpath", "..")
        identity = scroll.get_attribute("aria-labelledby")
        button = browser.execute_script("return arguments[0].nextElementSibling", scroll)
        head, lines, name = downloaded(browser, tmp_path / str(number), button)
        assert name == f"{identity}.csv"
        assert all(head)
        assert len(lines) == len(table.find_elements("css selector", "tbody tr"))
        assert all(line[0] for line in lines)


def test_each_table_has_one_button(browser, page):
    show(browser, page)
    labels = browser.execute_script("return [...document.querySelectorAll('.sheet')].map(one => one.ariaLabel)")
    tables = browser.find_elements("css selector", ".scroll[aria-labelledby^=table-] > table")
    assert len(set(labels)) == len(labels) == len(tables) > 10


def test_the_rows_of_the_explorer_are_made_when_the_reader_comes_near(browser, page):
    browser.get("about:blank")
    load(browser, page.as_uri())
    time.sleep(0.3)
    assert not browser.find_elements("css selector", ROWS)
    browser.find_element("css selector", "a[href='#explorer']").click()
    wait_for_rows(browser)
    assert len(browser.find_elements("css selector", ROWS)) > 10
    assert browser.find_element("css selector", "#explorer table").is_displayed()


def test_without_a_script_the_explorer_is_a_plain_table(browser, page):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        load(browser, page.as_uri())
        assert len(browser.find_elements("css selector", ROWS)) > 10
        assert not browser.find_element("id", "filters").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_keyboard_reaches_the_text_past_the_navigation(browser, page):
    from selenium.webdriver.common.keys import Keys

    load(browser, page.as_uri())
    browser.find_element("tag name", "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"


@pytest.mark.parametrize("width", [390, 1600])
def test_a_link_leads_past_what_was_not_laid_out_yet(browser, page, width):
    show(browser, page, width)
    browser.get("about:blank")
    load(browser, f"{page.as_uri()}#section-10")
    for place in ("section-10", "claim-use-hpc", "section-10-sources", "figure-2-1"):
        browser.execute_script("location.hash = arguments[0]", place)
        time.sleep(0.5)
        top = browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", place)
        assert -5 < top < 100, place


@pytest.mark.parametrize("place", ["", "#section-10", "#explorer?framework=jax&sort=step"])
def test_the_link_to_the_other_language_leads_to_the_same_place(browser, pages, place):
    show(browser, pages["en"])
    browser.execute_script("location.hash = arguments[0]", place)
    browser.find_element("css selector", "header a[hreflang]").click()
    assert browser.current_url == pages["zh"].as_uri() + place
    assert browser.execute_script("return document.documentElement.lang") == "zh-Hans"


def test_an_entry_of_the_matrix_leads_to_what_was_measured(browser, page):
    show(browser, page)
    entries = browser.find_elements("css selector", "a.winner")
    assert len(entries) > 5
    for place in {entry.get_attribute("href").partition("#")[2] for entry in entries}:
        browser.find_element("css selector", f"a.winner[href='#{place}']").click()
        time.sleep(0.1)
        top = browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", place)
        assert -5 <= top < 400, place


def painted(browser, drawing, tmp_path, name):
    """The pixels of a drawing on a page of its own."""
    page = tmp_path / f"{name}.html"
    style = "body { margin: 0; font-family: sans-serif } svg { display: block; width: 340px }"
    page.write_text(f"<!DOCTYPE html><style>{style}</style>{drawing}", "utf-8")
    show(browser, page, 900)
    height = browser.execute_script("return document.documentElement.scrollHeight")
    view = {"width": 900, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
    with Image.open(io.BytesIO(browser.get_screenshot_as_png())) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def embedded(drawing):
    """The panels of a drawing, below each other."""
    return "".join(svg.embed(axis.figure, f"f{place}") for place, axis in enumerate(drawing.axes))


@pytest.mark.slow
def test_a_drawing_with_fewer_elements_looks_the_same(browser, tables, tmp_path, monkeypatch):
    section = Section(tables, "en", OWN, 0)
    for name, draw, data in (
        ("ratio", ratio_plot, ratio_rows(selection.best(tables, OWN), section.names)),
        ("startup", startup_plot, limited(startup_parts(section))[0]),
        ("distribution", distribution_plot, limited(values(section))[0]),
        ("target", target_plot, courses(section, target_runs(section))),
    ):
        figure = partial(draw, data, section.words.under(f"figure.{name}"))
        small = embedded(figure())
        with monkeypatch.context() as patched:
            patched.setattr(svg, "compact", lambda root, prefix: None)
            large = embedded(figure())
        assert small.count("<") < 0.8 * large.count("<")
        before, after = (painted(browser, drawing, tmp_path, name) for drawing in (large, small))
        assert before.shape == after.shape
        assert np.std(before) > 5  # something is drawn
        differing = np.abs(before - after).max(axis=2) > 96
        assert differing.mean() < 0.002, name


NEEDLESS = """return [...document.querySelectorAll("[tabindex='0']")].filter(stop => stop.checkVisibility())
    .filter(stop => stop.scrollWidth <= stop.clientWidth && stop.scrollHeight <= stop.clientHeight)
    .map(stop => stop.outerHTML.slice(0, 120))"""
UNREACHED = """return [...document.querySelectorAll(".scroll, .formula, pre")].filter(one => one.checkVisibility())
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.tabIndex !== 0 && !one.closest("td"))
    .map(one => one.outerHTML.slice(0, 120))"""


def test_the_keyboard_stops_only_where_something_scrolls(browser, page):
    show(browser, page, 1440)
    assert browser.execute_script(NEEDLESS) == browser.execute_script(UNREACHED) == []
    few = len(browser.find_elements("css selector", "[tabindex='0']"))
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 900, "deviceScaleFactor": 1, "mobile": True}
    )
    time.sleep(0.5)
    assert browser.execute_script(NEEDLESS) == browser.execute_script(UNREACHED) == []
    assert len(browser.find_elements("css selector", "[tabindex='0']")) > few


def test_without_a_script_the_keyboard_stops_at_whatever_may_scroll(browser, page):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        load(browser, page.as_uri())
        count = len(browser.find_elements("css selector", ".scroll, .formula"))
        assert 10 < count == len(browser.find_elements("css selector", ":is(.scroll, .formula)[tabindex='0']"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_matrix_fits_a_phone(browser, page):
    show(browser, page, 360)
    matrix = browser.find_element("css selector", ".scroll:has(.winner)")
    assert browser.execute_script("return arguments[0].scrollWidth - arguments[0].clientWidth", matrix) <= 0
    whole = """return [...arguments[0].querySelectorAll("tbody tr")].every(row =>
        row.firstElementChild.offsetWidth === row.clientWidth)"""
    assert browser.execute_script(whole, matrix), "what a row is of stands above its entries"


CARDS = ".cards:not(:has(.winner))"


def test_on_a_phone_the_rows_of_a_wide_table_are_cards(browser, page):
    show(browser, page, 360)
    assert len(browser.find_elements("css selector", CARDS)) > 5
    assert browser.find_elements("css selector", f"#explorer {CARDS}")
    browser.execute_script("document.querySelectorAll('details:has(table)').forEach(one => one.open = true)")
    wide = f"""return [...document.querySelectorAll("{CARDS} tbody :is(tr, th, td), #explorer th")]
        .filter(one => one.checkVisibility())
        .filter(one => one.getBoundingClientRect().right > 360 || one.scrollWidth > one.clientWidth + 1)
        .map(one => one.outerHTML.slice(0, 120))"""
    assert browser.execute_script(wide) == []
    unnamed = f"""return [...document.querySelectorAll("{CARDS} td:not(:empty)")].filter(cell => {{
            const title = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent.trim();
            return !getComputedStyle(cell, "::before").content.startsWith(JSON.stringify(title));
        }}).map(one => one.outerHTML.slice(0, 120))"""
    assert browser.execute_script(unnamed) == []


def test_on_a_phone_the_explorer_filters_and_sorts(browser, page):
    show(browser, page, 360)
    head = browser.find_element("css selector", "#explorer th[data-column=step]")
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    choose(browser, "mode", "scan")
    shown = [row for row in browser.find_elements("css selector", ROWS) if row.is_displayed()]
    assert 0 < len(shown) == len(shown_rows(browser))


def roles(browser):
    """How many parts of tables whoever listens is told of, by what they are."""
    browser.execute_script("document.querySelectorAll('details:has(table)').forEach(one => one.open = true)")
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    told = Counter(node["role"]["value"] for node in nodes if not node["ignored"])
    return {role: told[role] for role in ("table", "row", "columnheader", "rowheader", "cell")}


def test_what_looks_like_cards_is_told_as_tables(browser, pages):
    show(browser, pages["en"], 360)
    narrow = roles(browser)
    show(browser, pages["en"], 1600)
    assert min(narrow.values()) > 30
    assert narrow == roles(browser)
    untold = browser.find_elements("css selector", "table:is(.cards, :has(.winner)) :is(tr, th, td):not([role])")
    assert untold == [], "some browsers tell only what is said outright"


def test_machines_beside_each_other_scroll_on_a_phone(browser, page):
    show(browser, page, 360)
    folded = browser.find_element("css selector", "details:has(.winner)")
    browser.execute_script("arguments[0].open = true", folded)
    narrow = """return Math.min(...[...arguments[0].querySelectorAll("td")].map(cell => cell.offsetWidth))"""
    assert browser.execute_script(narrow, folded) > 60


PAPER = 680
"""Pixels between the margins of A4."""


@pytest.fixture
def paper(browser, page):
    """The page as it goes to the printer."""
    show(browser, page, PAPER, "dark")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_on_paper_the_explorer_and_all_that_is_for_screens_is_left_out(paper):
    for selector in (
        "nav",
        "#explorer table",
        "#filters",
        "#found",
        "#plot",
        ".skip",
        ".tools",
        "details:not([open], .verdict)",
    ):
        assert not any(found.is_displayed() for found in paper.find_elements("css selector", selector)), selector
    assert any(found.is_displayed() for found in paper.find_elements("css selector", ".print"))


def test_on_paper_figures_have_up_to_three_columns_and_colours_those_of_a_light_page(paper):
    assert paper.execute_script(COLUMNS) == 3
    style = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    assert paper.execute_script(f"return {style}") == palette.INK


WIDER = f"""return [...document.querySelectorAll("main table, main pre, .plot svg")]
    .filter(found => found.getBoundingClientRect().right > {PAPER} + 1)
    .map(found => found.outerHTML.slice(0, 120))"""
"""What is wider than the sheet, for which a browser would print the whole page smaller."""


def test_on_paper_nothing_is_wider_than_the_sheet(paper):
    assert paper.execute_script(WIDER) == []


@pytest.mark.slow
def test_on_paper_six_machines_are_no_wider_than_the_sheet(browser, tmp_path, build):
    (tmp_path / "data").mkdir()
    names = [f"intel-xeon-family-6-model-{model}-2c" for model in range(201, 207)]
    verdicts = (outcomes.JAX, outcomes.TORCH, outcomes.EQUAL, outcomes.UNDECIDED, outcomes.FAILED)
    others = [outcomes.machine(name, outcome) for name, outcome in zip(names[1:], verdicts, strict=True)]
    outcomes.write(tmp_path / "data", [outcomes.machine(names[0], outcomes.MIXED), *others])
    for page in build(tmp_path, tmp_path / "data", names[0]).values():
        show(browser, page, PAPER)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        wide = browser.execute_script(WIDER)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        assert wide == []


def test_on_paper_no_figure_and_no_caption_is_torn(paper):
    torn = paper.execute_script("""return [...document.querySelectorAll("figure, caption, .finding")]
        .filter(one => getComputedStyle(one).breakInside !== "avoid").length""")
    assert torn == 0


SHEET = 994
"""Pixels between the upper and the lower margin of A4."""


@pytest.mark.parametrize("panels", [1, 2, 3, 4, 5, 6, 8])
def test_on_paper_a_figure_of_many_rows_fits_a_sheet_with_its_title_and_caption(paper, tables, panels):
    section = Section(tables, "en", OWN, 99)
    rows = ratio_rows(selection.best(tables, OWN), section.names).head(1)
    many = pd.concat([rows.assign(label=f"Row {place}", group=f"Group {place // 9}") for place in range(9 * panels)])
    html = section.figure(
        ratio_plot, many, "ratio", finding="What the figure shows, on a line or two of the sheet. " * 3
    )
    assert html.count("<path") and len(re.findall("viewBox", html.split('class="plot"')[1])) == panels
    add = "document.querySelector('main').insertAdjacentHTML('beforeend', arguments[0])"
    paper.execute_script(add, str(html))
    assert paper.execute_script("return document.querySelector('#figure-99-1').offsetHeight") <= SHEET


def test_on_paper_every_figure_fits_a_sheet(paper):
    tall = paper.execute_script(f"""return [...document.querySelectorAll("figure")]
        .filter(figure => figure.offsetHeight > {SHEET}).map(figure => figure.id)""")
    assert tall == []


def test_the_pages_are_printed_beside_themselves_with_numbers_on_their_sheets(pages, tmp_path):
    page = shutil.copy(pages["en"], tmp_path)
    done = subprocess.run(
        [sys.executable, "workflow/scripts/pdf.py", page], cwd=ROOT, capture_output=True, text=True, timeout=400
    )
    assert done.stdout.strip() == str(tmp_path / "index.pdf"), done.stderr
    content = (tmp_path / "index.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert 10 < len(re.findall(rb"/Type\s*/Page\b", content)) <= 60


def test_a_planted_script_does_not_run(browser, page):
    show(browser, page)
    assert browser.execute_script("return document.querySelectorAll('script').length") == 1

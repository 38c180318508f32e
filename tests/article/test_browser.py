"""The pages in headless Chromium: nothing fails, nothing leaves, nothing scrolls sideways, everybody can read them."""

import json
import re
import shutil
import subprocess
import sys
import time

import pytest

from article.figures import palette
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


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(240)
    yield driver
    driver.quit()


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
    browser.get(page.as_uri())
    time.sleep(0.3)


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


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (1600, "wide")])
def test_one_of_the_two_widths_of_a_figure_is_shown(browser, page, width, shown):
    show(browser, page, width)
    visible = browser.execute_script("""return [...document.querySelectorAll("svg.plot")]
        .filter(plot => getComputedStyle(plot).display !== "none").map(plot => plot.classList[1])""")
    assert visible
    assert set(visible) == {shown}


@pytest.mark.parametrize("width", [360, 1600])
def test_no_drawn_text_reaches_beyond_its_drawing(browser, page, width):
    show(browser, page, width)
    outside = browser.execute_script("""return [...document.querySelectorAll("svg.plot")]
        .filter(plot => getComputedStyle(plot).display !== "none")
        .flatMap(plot => [...plot.querySelectorAll("text")].filter(text => {
            const box = text.getBoundingClientRect(), frame = plot.getBoundingClientRect();
            return box.left < frame.left - 8 || box.right > frame.right + 8 || box.bottom > frame.bottom + 4;
        }).map(text => text.textContent))""")
    assert outside == []


@pytest.mark.parametrize("width", [360, 1600])
def test_no_label_is_cut(browser, page, width):
    show(browser, page, width)
    cut = browser.execute_script("""return [...document.querySelectorAll("svg.plot text")]
        .map(text => text.textContent).filter(text => text.includes("…"))""")
    assert [text for text in cut if "script" not in text] == []  # the planted names of nodes are long on purpose


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 360, "dark"), ("en", 1600, "light"), ("zh", 360, "light"), ("zh", 1600, "dark")],
)
def test_axe_finds_no_serious_fault(browser, pages, language, width, scheme):
    from axe_core_python.selenium import Axe

    show(browser, pages[language], width, scheme)
    # the rows of a table are alike; axe takes minutes over thousands of them, and over the dots of a drawing
    browser.execute_script("""document.querySelectorAll("tbody tr:nth-child(n+9)").forEach(row => row.remove());
        document.querySelectorAll("svg g:nth-of-type(n+2) use, svg path").forEach(mark => mark.remove());""")
    found = Axe().run(browser, options={"resultTypes": ["violations"]})
    serious = {
        fault["id"]: [node["html"][:200] for node in fault["nodes"][:3]]
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    }
    assert serious == {}


def test_the_explorer_filters_its_rows(browser, page):
    show(browser, page)
    script = "return [...document.querySelectorAll('#explorer tbody tr')].filter(row => !row.hidden).length"
    every = browser.execute_script(script)
    browser.execute_script("""const select = document.querySelector('#filters select[data-column="framework"]');
        select.value = "jax"; select.dispatchEvent(new Event("change", {bubbles: true}));""")
    fewer = browser.execute_script(script)
    assert 0 < fewer < every
    assert str(fewer) in browser.execute_script("return document.querySelector('#filters output').textContent")


def test_without_a_script_the_explorer_is_a_plain_table(browser, page):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, page)
        rows = browser.find_elements("css selector", "#explorer tbody tr")
        assert len(rows) > 10
        assert not browser.find_element("id", "filters").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_keyboard_reaches_the_text_past_the_navigation(browser, page):
    from selenium.webdriver.common.keys import Keys

    show(browser, page)
    browser.find_element("tag name", "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"


def test_the_link_to_the_other_language_leads_to_it(browser, pages):
    show(browser, pages["en"])
    browser.find_element("css selector", "header a[hreflang]").click()
    assert browser.current_url == pages["zh"].as_uri()
    assert browser.execute_script("return document.documentElement.lang") == "zh-Hans"


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
    for selector in ("nav", "#explorer", "#filters", ".skip", ".tools", "details:not([open])"):
        assert not any(found.is_displayed() for found in paper.find_elements("css selector", selector)), selector
    assert any(found.is_displayed() for found in paper.find_elements("css selector", ".print"))


def test_on_paper_figures_are_wide_and_colours_those_of_a_light_page(paper):
    visible = paper.execute_script("""return [...document.querySelectorAll("svg.plot")]
        .filter(plot => plot.getBoundingClientRect().width > 0).map(plot => plot.classList[1])""")
    assert set(visible) == {"wide"}
    style = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    assert paper.execute_script(f"return {style}") == palette.INK


def test_on_paper_nothing_is_wider_than_the_sheet(paper):
    wide = paper.execute_script(f"""return [...document.querySelectorAll("main table, main pre, svg.plot")]
        .filter(found => found.getBoundingClientRect().right > {PAPER} + 1)
        .map(found => found.outerHTML.slice(0, 120))""")
    assert wide == []


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

"""The page: one file that loads nothing, and works in a browser, in both colour schemes."""

import re
import shutil

import numpy as np
import pytest

from mlplab.benchmark.summary import build_batch_size_ratios
from mlplab.reporting.compare.comparison import compare_runs
from mlplab.reporting.compare.loading import open_runs
from mlplab.reporting.compare.page import page_path, render, write_page
from tests.unit.reporting.compare.runs import benchmark, copy_run, edit_table, write_run

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
DRIVER = shutil.which("chromedriver") or ""
needs_browser = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs Chromium and its chromedriver on the PATH"
)


@pytest.fixture
def runs(folders):
    """Two runs that differ in verdicts, ratios and accuracies."""
    frame = build_batch_size_ratios(benchmark(np.random.default_rng(1), {"keras": 1.3}))
    edit_table(folders[1], "batch_size_ratios", lambda _: frame)
    edit_table(folders[1], "claims", lambda claims: claims.assign(verdict="inconclusive"))
    edit_table(
        folders[1],
        "final_accuracies",
        lambda rows: rows.assign(test_accuracy=rows["test_accuracy"] + [0.01, 0.0101, 0.0102]),
    )
    return open_runs(folders)


@pytest.fixture
def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield opened
    opened.quit()


def show(browser, page, scheme="light", width=1400):
    media = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(page.as_uri())


def test_every_part_has_its_heading_its_answer_and_its_link(runs):
    sections = compare_runs(runs)
    page = render(runs, sections)
    for number, section in enumerate(sections, start=1):
        assert f'<a href="#part-{number}">{section.title}</a>: {section.sentences[0][:20]}' in page
        assert f'<h2 id="part-{number}-title">{section.title}</h2>' in page
        for sentence in (*section.sentences, *section.notices):
            assert sentence.replace("'", "&#39;") in page


def test_ids_are_unique_and_nothing_is_loaded(runs):
    page = render(runs, compare_runs(runs))
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)
    assert re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", page) == []


def test_rows_without_a_difference_are_folded(runs):
    page = render(runs, compare_runs(runs))
    folded = page[page.index("3 without a notable difference") :]
    assert "compiled, pixels, batch 32" in folded
    assert "keras, pixels, batch 32" in page[: page.index("3 without a notable difference")]


def test_a_long_list_of_runs_has_a_name_that_a_file_can_have(tmp_path):
    first = write_run(tmp_path / ("a" * 100))
    others = [copy_run(first, letter * 100) for letter in "bcd"]
    runs = open_runs([first, *others])
    path = page_path(runs)
    assert path.name == f"{'a' * 100}-and-3-more.html"
    write_page(path, runs, compare_runs(runs))
    assert path.is_file()


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_fits_and_keeps_nobody_out(runs, browser, scheme, width):
    from axe_core_python.selenium import Axe

    page = page_path(runs)
    write_page(page, runs, compare_runs(runs))
    show(browser, page, scheme, width)
    for details in browser.find_elements("tag name", "details"):
        browser.execute_script("arguments[0].open = true", details)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    found = Axe().run(browser)["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    assert browser.get_log("browser") == []


@needs_browser
def test_a_click_on_a_heading_sorts(runs, browser):
    page = page_path(runs)
    write_page(page, runs, compare_runs(runs))
    show(browser, page)
    table = browser.find_element("css selector", "#part-6-table-2 table")
    (heading,) = (h for h in table.find_elements("tag name", "th") if h.text.startswith("change"))

    def changes():
        cells = table.find_elements("css selector", "tbody tr td:nth-child(4)")
        return [float(cell.text.split(" %")[0].replace("−", "-")) for cell in cells]

    button = heading.find_element("tag name", "button")
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button
    )
    button.click()
    assert changes() == sorted(changes())
    button.click()
    assert changes() == sorted(changes(), reverse=True)
    assert len(changes()) == 3

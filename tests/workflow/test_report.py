"""The report in a real browser: without a network, from the file system."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import open_browser, severe_messages
from tests.workflow.running import snakemake


def make_report(checkout: Path, path: Path) -> subprocess.CompletedProcess:
    """Make the report of the tiny run as `make report` does."""
    done = snakemake(
        checkout,
        "--configfile",
        "results/tiny/config.yaml",
        "--report",
        str(path),
        "--report-stylesheet",
        "workflow/report/style.css",
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def report(tiny_checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the tiny run."""
    path = tmp_path_factory.mktemp("a report") / "report.html"
    make_report(tiny_checkout, path)
    return path


def seconds_by_rule(report: Path) -> dict[str, list[float]]:
    """The seconds of the jobs that a report shows."""
    text = report.read_text()
    found = re.findall(r'"rule": "(\w+)", "runtime": ([\d.e-]+)', text)
    return {rule: sorted(float(t) for name, t in found if name == rule) for rule, _ in found}


def test_results_without_the_folder_of_snakemake_keep_their_times(tiny_copy, report, tmp_path):
    shutil.rmtree(tiny_copy / ".snakemake")
    done = make_report(tiny_copy, tmp_path / "report.html")
    assert "Missing metadata" not in done.stdout + done.stderr
    kept, recorded = seconds_by_rule(report), seconds_by_rule(tmp_path / "report.html")
    assert kept.keys() == recorded.keys()
    for rule, seconds in recorded.items():
        assert len(seconds) == len(kept[rule]), rule
        # The record starts when the script has been loaded, Snakemake's own time before.
        assert all(0 <= own <= whole + 1 for own, whole in zip(seconds, kept[rule], strict=True))


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chrome:
        yield chrome


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: the folder MLPLAB_SCREENSHOTS, or one of pytest's."""
    named = os.environ.get("MLPLAB_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser, report):
    """The first page of the report, and afterwards a console without errors."""
    browser.get(report.as_uri())
    browser.find_element("css selector", ".prose")
    yield browser
    assert severe_messages(browser) == []


def wait_for(page, look: Callable[[Any], Any]) -> Any:
    """Look at the page until there is something to see, and return it.

    The report draws its parts anew after each click, so an element that was found may be gone, or
    under another one, before it is looked at or clicked.
    """
    from selenium.common.exceptions import (
        ElementClickInterceptedException,
        ElementNotInteractableException,
        StaleElementReferenceException,
    )
    from selenium.webdriver.support.wait import WebDriverWait

    redrawn = (
        ElementClickInterceptedException,
        ElementNotInteractableException,
        StaleElementReferenceException,
    )
    return WebDriverWait(page, 20, ignored_exceptions=redrawn).until(look)


def click(page, find: Callable[[Any], Any]) -> None:
    """Click what ``find`` finds on the page, once it is there."""

    def found_and_clicked(page) -> bool:
        element = find(page)
        if element is not None:
            element.click()
        return element is not None

    wait_for(page, found_and_clicked)


def shown(selector: str, text: str) -> Callable[[Any], Any]:
    """Finds the first of the elements that shows this text."""
    return lambda page: next(
        (found for found in page.find_elements("css selector", selector) if found.text == text),
        None,
    )


def width_of_shown_image(page) -> int:
    """Pixels of the file, not of the screen; 0 while none is shown."""
    image = page.find_element("css selector", "#app div.h-screen img[src^='data:image/png']")
    return image.is_displayed() and page.execute_script("return arguments[0].naturalWidth", image)


def link_of_row(label: str, number: int) -> Callable[[Any], Any]:
    """Finds a link in the row whose first column shows this label."""

    def find(page):
        for row in page.find_elements("css selector", "nav tbody tr"):
            if row.find_element("css selector", "td").text == label:
                return row.find_elements("css selector", "td a")[number]
        return None

    return find


def test_the_first_page_links_to_the_study_page_and_tells_its_answers(
    page, screenshots, tiny_checkout
):
    text = page.find_element("css selector", ".prose").text
    for heading in ("What was asked", "What was found", "On which machine"):
        assert heading in text
    answers = (tiny_checkout / "results" / "tiny" / "report" / "answers.rst").read_text()
    first = next(line for line in answers.splitlines() if line.startswith("    "))
    assert first.strip() in text
    assert "processor" in text
    link = page.find_element("css selector", ".prose a[href$='study.html']")
    assert link.text == "study.html"
    # The top of a page that is taller than the window can be reached.
    title = page.find_element("css selector", ".prose h1")
    page.execute_script("arguments[0].scrollIntoView()", title)
    assert title.rect["y"] >= 0
    page.save_screenshot(str(screenshots / "first-page.png"))


def test_every_figure_is_shown_with_its_caption(page, screenshots, tiny_checkout):
    folder = tiny_checkout / "results" / "tiny" / "figures"
    drawn = {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
    categories = page.execute_script("return categories")
    seen = set()
    for category, groups in categories.items():
        page.refresh()
        page.find_element("css selector", ".prose")
        click(page, shown("nav li a", category))
        for path in (path for group in groups.values() for path in group):
            if not path.endswith(".png"):
                continue
            label = page.execute_script("return results[arguments[0]].labels.figure", path)
            click(page, link_of_row(label, 0))
            assert wait_for(page, width_of_shown_image) > 500
            click(page, link_of_row(label, 1))
            caption = wait_for(
                page, lambda page: page.find_element("css selector", "nav .prose").text
            )
            assert len(caption) > 80
            # A template that found no value leaves its braces or nothing behind.
            assert "{" not in caption
            name = path.partition("/figures/")[2]
            page.save_screenshot(str(screenshots / name.replace("/", "-")))
            seen.add(name)
            click(page, shown("nav ol a", category))  # back, along the path at the top
    assert seen == drawn

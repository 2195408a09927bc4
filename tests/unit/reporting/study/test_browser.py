"""The study page in a real browser: clicks, both colour schemes, a phone, and what axe finds."""

import base64
import re

import pytest

from tests.browsing import open_browser, severe_messages

FOLDED = "return document.querySelectorAll('details:not([open])').length"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(scope="module")
def browser():
    with open_browser(1400) as chrome:
        yield chrome


@pytest.fixture(scope="module")
def address(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("a page") / "study.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


def wait_until(browser, holds):
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 60).until(lambda _: holds())


def wait_for_charts(browser):
    drawn = "return document.documentElement.classList.contains('charts-drawn')"
    wait_until(browser, lambda: browser.execute_script(drawn))


def set_scheme(browser, scheme):
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


@pytest.fixture
def shown(browser, address):
    """The page once its charts are drawn, and afterwards a console without errors."""
    set_scheme(browser, "light")
    browser.get("about:blank")
    browser.get(address)
    wait_for_charts(browser)
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert severe_messages(browser) == []


def find(browser, selector):
    return browser.find_element("css selector", selector)


def texts_of_rows(browser, table, column):
    """The texts of a column in the rows that are shown."""
    script = (
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)]"
        ".filter(row => !row.hidden).map(row => row.cells[arguments[1]].textContent.trim())"
    )
    return browser.execute_script(script, table, column)


def scroll_to(browser, element):
    """At once, since a click during a smooth scroll would miss."""
    script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
    browser.execute_script(script, element)


def click(browser, element):
    """As a user who scrolls there first."""
    scroll_to(browser, element)
    element.click()


def choose(browser, table, name, value):
    from selenium.webdriver.support.select import Select

    select = find(browser, f"#{table} [data-filter='{name}']")
    scroll_to(browser, select)
    Select(select).select_by_visible_text(value)


def test_a_cell_of_the_strip_leads_to_its_claim_and_opens_its_evidence(shown):
    cell = find(shown, ".strip a[href='#claim-C-claim-8']")
    assert cell.get_attribute("aria-label") == "not reproduced: Statement number 8"
    click(shown, cell)
    row = find(shown, "#claim-C-claim-8")
    assert find(row, "details").get_attribute("open")
    assert "tables/batch_size_ratios.csv" in find(row, "details").text
    assert shown.switch_to.active_element == row
    assert shown.execute_script("return arguments[0].getBoundingClientRect().top", row) > 0


def test_a_link_to_a_claim_that_a_filter_hides_shows_it_again(shown):
    choose(shown, "table-claims", "verdict", "reproduced")
    assert set(texts_of_rows(shown, "table-claims", 0)) == {"✓ reproduced"}
    click(shown, find(shown, ".strip a[href='#claim-C-claim-8']"))
    assert find(shown, "#claim-C-claim-8").is_displayed()


def test_claims_are_filtered_by_article_and_verdict_and_searched(shown):
    choose(shown, "table-claims", "article", "A")
    choose(shown, "table-claims", "verdict", "not reproduced")
    assert texts_of_rows(shown, "table-claims", 0) == ["✗ not reproduced"]
    assert find(shown, "#table-claims .count").text == "1 of 13 rows"
    choose(shown, "table-claims", "article", "all")
    choose(shown, "table-claims", "verdict", "all")
    find(shown, "#table-claims [data-search]").send_keys("number 12")
    assert find(shown, "#table-claims .count").text == "1 of 13 rows"


def test_a_click_on_a_heading_sorts_by_number_and_back(shown):
    click(shown, find(shown, "#keras-speed details.fold summary"))
    heading = find(shown, "#table-batch-sizes th:nth-child(4)")
    click(shown, find(heading, "button"))
    assert heading.get_attribute("aria-sort") == "ascending"
    seconds = [float(text) for text in texts_of_rows(shown, "table-batch-sizes", 3)]
    assert seconds == sorted(seconds)
    assert len(seconds) > 100
    click(shown, find(heading, "button"))
    assert heading.get_attribute("aria-sort") == "descending"
    assert texts_of_rows(shown, "table-batch-sizes", 3)[0] == f"{max(seconds):.2f}"


def test_a_variant_is_switched_off_and_on_again(shown):
    count = "return document.querySelectorAll('#chart-ratios .chart svg .mark-symbol path').length"
    before = shown.execute_script(count)
    button = find(shown, "#chart-ratios [data-series='Keras']")
    click(shown, button)
    assert button.get_attribute("aria-pressed") == "false"
    # Eleven batch sizes.
    wait_until(shown, lambda: shown.execute_script(count) == before - 11)
    click(shown, button)
    wait_until(shown, lambda: shown.execute_script(count) == before)


def test_hovering_shows_value_interval_and_rounds(shown):
    from selenium.webdriver import ActionChains

    figure = find(shown, "#chart-ratios .chart")
    scroll_to(shown, figure)
    point = shown.find_elements("css selector", "#chart-ratios .chart .mark-symbol path")[0]
    ActionChains(shown).move_to_element(point).perform()
    tooltip = find(shown, "#vg-tooltip-element.visible")
    for words in ("batch size", "95 % interval", "rounds"):
        assert words in tooltip.text


def test_links_and_buttons_are_reached_by_the_keyboard_and_show_it(shown):
    from selenium.webdriver import ActionChains, Keys

    ActionChains(shown).send_keys(Keys.TAB).perform()
    first = shown.switch_to.active_element
    assert first.text == "Skip to the content"
    assert first.value_of_css_property("outline-style") == "solid"
    first.send_keys(Keys.ENTER)
    assert shown.switch_to.active_element.get_attribute("id") == "main"
    button = find(shown, "#chart-ratios [data-series='Keras']")
    button.send_keys(Keys.SPACE)
    assert button.get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("width", [None, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_either_scheme_and_on_a_phone(shown, address, scheme, width):
    """Contrast of text is among what it looks at."""
    axe_selenium = pytest.importorskip("axe_core_python.selenium", reason="axe is not installed")
    set_scheme(shown, scheme)
    if width:
        shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    found = axe_selenium.Axe().run(shown)
    serious = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}


def test_a_phone_scrolls_the_page_in_one_direction_only(shown, address):
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    shown.get(f"{address}#published")
    wait_for_charts(shown)
    width = shown.execute_script("return document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_claims_are_sorted_on_a_phone_too(shown, address):
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    heading = find(shown, "#table-claims th:nth-child(2)")
    click(shown, find(heading, "button"))
    assert heading.get_attribute("aria-sort") == "ascending"
    first = [text.split("\n")[0] for text in texts_of_rows(shown, "table-claims", 1)]
    numbers = [int(number) for text in first for number in re.findall(r"number (\d+)", text)]
    assert numbers == sorted(numbers)
    assert len(numbers) > 5
    click(shown, find(heading, "button"))
    assert texts_of_rows(shown, "table-claims", 1)[-1].startswith(first[0])


def test_on_paper_rows_stay_folded_and_tools_and_hints_are_left_out(shown):
    before = shown.execute_script(FOLDED)
    shown.execute_script("dispatchEvent(new Event('beforeprint'))")
    inside_rows = "return document.querySelectorAll('td details[open]').length"
    assert shown.execute_script(inside_rows) == 0
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not find(shown, "nav").is_displayed()
    assert not find(shown, "#table-claims .tools").is_displayed()
    assert not find(shown, ".score .screen").is_displayed()
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    shown.execute_script("dispatchEvent(new Event('afterprint'))")
    assert shown.execute_script(FOLDED) == before


def test_paper_is_not_shrunk_by_a_wide_table_and_takes_few_pages(shown):
    a4 = {"paperWidth": 8.27, "paperHeight": 11.69}
    pdf = base64.b64decode(shown.execute_cdp_cmd("Page.printToPDF", a4)["data"])
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 25
    # A4 less the margins, in CSS pixels: a wider page would be made smaller as a whole.
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    paper = {"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", paper)
    width = shown.execute_script("return document.documentElement.scrollWidth")
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert width <= paper["width"]


def test_a_filter_without_rows_says_so_and_one_button_shows_all_rows_in_the_first_order(shown):
    first = texts_of_rows(shown, "table-claims", 1)
    clear = find(shown, "#table-claims [data-clear]")
    assert not clear.is_displayed()
    click(shown, find(shown, "#table-claims th:nth-child(2) button"))
    click(shown, find(shown, "#table-claims th:nth-child(2) button"))
    assert texts_of_rows(shown, "table-claims", 1) != first
    find(shown, "#table-claims [data-search]").send_keys("no such words")
    assert texts_of_rows(shown, "table-claims", 1) == []
    assert find(shown, "#table-claims .empty").is_displayed()
    click(shown, clear)
    assert texts_of_rows(shown, "table-claims", 1) == first
    assert not find(shown, "#table-claims .empty").is_displayed()
    assert not clear.is_displayed()


def test_claims_that_count_are_told_from_those_that_do_not(shown):
    choose(shown, "table-claims", "counted", "counted (12)")
    assert len(texts_of_rows(shown, "table-claims", 0)) == 12
    assert len(shown.find_elements("css selector", ".strip a")) == 12


def test_a_table_that_is_wider_than_a_phone_says_that_it_scrolls(shown):
    hint = find(shown, "#table-gains .wide")
    assert not hint.is_displayed()
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    wait_until(shown, hint.is_displayed)


def test_a_switch_leaves_axes_as_they_are_and_the_console_quiet(shown):
    shown.get_log("browser")
    labels = (
        "return [...arguments[0].querySelectorAll('.role-axis-label text')]"
        ".map(text => text.textContent + text.getAttribute('transform')).sort()"
    )
    gone = "return arguments[0].querySelectorAll('.mark-symbol path').length"
    for button in shown.find_elements("css selector", "[data-series]"):
        figure = button.find_element("xpath", "ancestor::figure")
        before, points = shown.execute_script(labels, figure), shown.execute_script(gone, figure)
        shown.execute_script("arguments[0].click()", button)
        wait_until(shown, lambda f=figure, p=points: shown.execute_script(gone, f) < p)
        assert shown.execute_script(labels, figure) == before, button.text
        shown.execute_script("arguments[0].click()", button)
    assert shown.get_log("browser") == []


def test_without_scripts_the_figures_and_tables_stand_there(browser, page, tmp_path):
    path = tmp_path / "still.html"
    path.write_text(re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL), encoding="utf-8")
    browser.get(path.as_uri())
    svg = find(browser, "#chart-ratios .chart > svg")
    assert svg.size["width"] > 600
    assert svg.size["height"] > 200
    assert find(browser, "#claim-C-claim-8").is_displayed()
    assert not find(browser, "#table-claims .tools").is_displayed()
    # A link to a row needs no script.
    click(browser, find(browser, ".strip a[href='#claim-C-claim-8']"))
    assert browser.current_url.endswith("#claim-C-claim-8")

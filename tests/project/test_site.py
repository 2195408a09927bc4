"""The documentation's site: built once, with its gallery, and opened in a browser."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import ROOT
from tests.workflow.running import environment
from tests.workflow.test_report import browser, screenshots  # noqa: F401, fixtures

PAGES = ("index", "tutorial", "explanation/findings", "reference/claims-default")
NARROW, WIDE = (390, 900), (1400, 1000)


@pytest.fixture(scope="session")
def site(checkout, mnist_folder, tmp_path_factory):
    """The folder of the site, built from a copy of the project as `make docs` does."""
    pytest.importorskip("sphinx", reason="`make docs` installs the packages of the documentation")
    folder = tmp_path_factory.mktemp("a site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    done = subprocess.run(
        [*command, "docs", str(folder)],
        cwd=checkout,
        env=environment(checkout, MLPLAB_DATA_DIR=str(mnist_folder)),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Page(HTMLParser):
    """What a page loads, where it leads, and the names of its places."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = {name: value for name, value in attrs if value}
        self.places |= {values[name] for name in ("id", "name") if name in values}
        if tag in ("script", "img", "iframe", "source"):
            self.loaded += [values["src"]] if "src" in values else []
        elif tag == "link":
            self.loaded += [values["href"]] if values.get("rel") != "canonical" else []
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])


@pytest.fixture(scope="session")
def parsed(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_a_page_loads_nothing_from_a_network(parsed):
    assert len(parsed) > 60
    for path, page in parsed.items():
        outside = [url for url in page.loaded if urlsplit(url).scheme in ("http", "https")]
        assert outside == [], path
        assert not re.search(r"@import|url\(['\"]?https?:", path.read_text(encoding="utf-8")), path


def test_links_lead_to_a_page_and_to_a_place_on_it(parsed):
    broken = []
    for path, page in parsed.items():
        for url in page.links:
            parts = urlsplit(url)
            if parts.scheme or url == "#":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                broken.append((path.name, url))
            place = unquote(parts.fragment)
            if place and target in parsed and place not in parsed[target].places:
                broken.append((path.name, url))
    assert broken == []


def test_every_script_of_the_gallery_shows_a_figure_and_what_it_prints(site):
    scripts = sorted((ROOT / "docs" / "gallery").glob("plot_*.py"))
    assert 8 <= len(scripts) <= 12
    for script in scripts:
        page = (site / "auto_gallery" / f"{script.stem}.html").read_text(encoding="utf-8")
        assert "sphx-glr-script-out" in page
        assert re.search(rf"<img [^>]*sphx_glr_{script.stem}_\d+\.png", page)


@pytest.fixture
def chrome(browser):  # noqa: F811
    """A browser, and afterwards a console without errors."""
    browser.get_log("browser")
    yield browser
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []


def open_page(chrome, site, name, size=WIDE, scheme="light"):
    width, height = size
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == NARROW}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    wish = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)
    chrome.get((site / name).as_uri())


def test_the_search_finds_silhouette(chrome, site, screenshots):  # noqa: F811
    chrome.get((site / "search.html").as_uri() + "?q=silhouette")
    found = chrome.find_elements("css selector", "#search-results ul.search li a")
    assert any("silhouette" in link.text.lower() for link in found)
    chrome.save_screenshot(str(screenshots / "docs-search.png"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "light"), (WIDE, "dark")])
def test_a_page_fits_the_screen_and_follows_the_colours_of_the_system(
    chrome,
    site,
    screenshots,  # noqa: F811
    name,
    size,
    scheme,
):
    open_page(chrome, site, f"{name}.html", size, scheme)
    assert chrome.find_element("css selector", "h1").text
    assert chrome.execute_script("return document.documentElement.scrollWidth") <= size[0]
    background = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", background)[:3])) / 3
    assert (brightness < 100) == (scheme == "dark")
    shot = f"docs-{name.replace('/', '-')}-{size[0]}-{scheme}.png"
    chrome.save_screenshot(str(screenshots / shot))

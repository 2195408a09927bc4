"""A real browser for tests: headless, without a network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# The first is Debian's; others call theirs so.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def open_browser(width: int = 1500) -> Iterator[Any]:
    """A driver of Chromium; the test is skipped where there is no browser."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip(f"no browser: looked for {', '.join(BROWSERS)} and chromedriver on the path")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        "--no-sandbox",  # Chromium refuses to run as root with one
        "--disable-dev-shm-usage",
        f"--window-size={width},1000",
        "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever asks for a network fails, and says so
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as chrome:
        chrome.implicitly_wait(10)
        chrome.set_script_timeout(120)
        yield chrome


def severe_messages(browser: Any) -> list[str]:
    """Errors in the browser's console since the last look."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]

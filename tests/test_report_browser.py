"""The report in a real browser: keyboard, phone, and where its points lead. Needs Chromium and playwright.

Screenshots are kept in the folder that TRIALKB_SCREENSHOTS names; without it they go with the test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.store import Store
from queries.report import make_report

pytest.importorskip("vl_convert")
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser: that of the system, or the one that playwright has installed."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no browser here: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    with sample_store.connect() as con:
        path.write_text(make_report(con, "leukemia", "CAR-T").html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.requests, page.complaints = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(address)
    yield page
    page.close()


def keep(page: Any, name: str, folder: Path) -> None:
    kept = Path(os.environ.get("TRIALKB_SCREENSHOTS") or folder)
    kept.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=kept / f"{name}.png", full_page=True)


def test_it_opens_without_network_or_complaint(page: Any, address: str, tmp_path: Path) -> None:
    assert page.title() == "Trials compared: CAR-T in leukemia"
    assert page.requests == [address]
    assert page.complaints == []
    assert "NCT99000001" in page.inner_text("#trials")
    assert page.locator("#doses .wide svg").first.is_visible()
    assert not page.locator("#doses .narrow svg").first.is_visible()
    keep(page, "wide", tmp_path)


def test_a_point_leads_to_its_quote(page: Any) -> None:
    point = page.locator("#doses .wide svg a").first
    anchor = point.get_attribute("href")
    point.click()
    assert page.url.endswith(anchor)
    mark = page.locator(f"mark{anchor}, mark:has({anchor})").first
    assert mark.inner_text()
    assert mark.evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }")
    plain = page.locator("mark:not(:target):not(:has(:target))").first
    background = "e => getComputedStyle(e).backgroundColor"
    assert mark.evaluate(background) != plain.evaluate(background)


def test_everything_is_reached_with_the_keyboard(page: Any) -> None:
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("""() => {
            const e = document.activeElement, s = getComputedStyle(e);
            return [e.tagName.toLowerCase(), e.getAttribute('href') || '', s.outlineStyle]
        }""")
        )
    assert reached[0][1] == "#trials"  # the way past the heading
    assert any(tag == "a" and href.startswith("#e") for tag, href, _ in reached)
    assert all(style != "none" for tag, _, style in reached if tag == "summary" or not tag)
    page.locator("#doses summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#doses details table").is_visible()
    page.locator("#doses .wide svg a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report.html#e*")  # the browser goes there a moment after the key


def test_on_a_phone_nothing_sticks_out(page: Any, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#doses .narrow svg").first.is_visible()
    assert not page.locator("#doses .wide svg").first.is_visible()
    assert (
        page.evaluate("""() => [...document.querySelectorAll('.narrow svg')].filter(e =>
        e.getBoundingClientRect().right > innerWidth).length""")
        == 0
    )
    keep(page, "phone", tmp_path)


def test_labels_of_charts_do_not_overlap(page: Any) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        overlaps = page.evaluate("""() => {
            let found = [];
            for (const svg of document.querySelectorAll('figure svg')) {
                const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
                    .map(t => [t.getBoundingClientRect(), t.textContent]).filter(([b]) => b.width);
                for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
                    const [a, s] = boxes[i], [b, t] = boxes[j];
                    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                    if (x > 2 && y > 6) found.push(s + ' / ' + t);
                }
            }
            return found;
        }""")
        assert overlaps == []

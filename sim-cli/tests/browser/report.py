"""Opens a report in Chromium and uses it as a reader would: `report.py PAGE [SCREENSHOT]`."""

import json
import pathlib
import sys

from playwright.sync_api import sync_playwright

page_file = pathlib.Path(sys.argv[1]).resolve()

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_file.as_uri())
    data = json.loads(page.locator("#data").text_content())

    places = page.locator(".place")
    assert places.count() == len(data["places"]) > 0, f"{places.count()} places"
    tip = page.locator("#tip")
    assert not tip.is_visible()
    # A place that no other one lies on.
    places.nth(len(data["places"]) - 1).hover()
    assert tip.is_visible() and tip.text_content() == data["places"][-1]["text"], tip.text_content()
    if len(sys.argv) > 2:
        page.screenshot(path=sys.argv[2])

    rows = page.locator("#cells tbody tr")
    assert rows.count() == len(data["rows"])
    heading = page.locator("#cells th").first
    values = lambda: [float(text) for text in page.locator("#cells tbody tr td:first-child").all_text_contents()]
    heading.click()
    assert values() == sorted(values()), "ascending"
    heading.click()
    assert values() == sorted(values(), reverse=True), "descending"
    page.locator("#filter").fill("no such value")
    assert page.locator("#cells tbody tr:visible").count() == 0
    page.locator("#filter").fill("")

    svg = page.locator(".figure svg")
    whole = svg.get_attribute("viewBox")
    page.locator("#closer").click()
    assert svg.get_attribute("viewBox") != whole, "closer"
    svg.dblclick(position={"x": 5, "y": 5})
    assert [float(x) for x in svg.get_attribute("viewBox").split()] == [float(x) for x in whole.split()], "whole again"

    assert not complaints, complaints
    assert requests == [page_file.as_uri()], requests
    browser.close()
print(f"{page_file.parent.name}/{page_file.name}: {len(data['places'])} places, {len(data['rows'])} rows, nothing complained of")

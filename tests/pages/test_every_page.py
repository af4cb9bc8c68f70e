"""Every page of the address table in Chromium: it opens, axe finds nothing, nothing sticks out, the browser does not
complain. A new address is found here by itself; one whose objects are missing fails (tests/pages/world.py has them)."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.access.test_every_address import ALL, Address
from tests.pages.world import FRAGMENTS, LEADS_ON, World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = 360, 1440
# The quick walk goes in parts, so that several processes share it.
PARTS = 6
# What is wider than the box it stands in, though the page itself does not scroll.
STICKING_OUT = """() => [...document.querySelectorAll("main, .panel, .topbar .shell, .tallies, .save-bar")]
  .filter(box => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "visible")
  .map(box => `${box.tagName}.${box.className}: ${box.scrollWidth} > ${box.clientWidth}`)"""


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about: scripts, the policy."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def is_page(address: Address, path: str, session: dict[str, str]) -> bool:
    """Whether reading the address gives a page: not a form that is only sent, a file, a part of a page."""
    if address.name in FRAGMENTS | LEADS_ON:
        return False
    client = Client()
    client.cookies.load(session)
    answer = client.get(path)
    if answer.status_code == 405:
        return False
    is_html = str(answer.headers.get("Content-Type", "")).startswith("text/html")
    return is_html or answer.status_code != 200


def faults(page: Page, url: str, widths: tuple[int, ...], complaints: list[str]) -> list[str]:
    """What is wrong with the page at that address."""
    complaints.clear()
    page.set_viewport_size({"width": widths[0], "height": 900})
    answer = page.goto(url)
    found = [] if answer and answer.status == 200 else [f"answers {answer and answer.status}"]
    for name, selector in (("h1", "h1"), ("main landmark", "main, [role=main]")):
        count = page.locator(selector).count()
        found += [] if count == 1 else [f"{count} × {name}"]
    title = page.title()
    found += [] if title.strip() and not title.startswith(" ·") else [f"title {title!r}"]
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [] if sideways <= 0 else [f"scrolls sideways at {width} by {sideways}"]
        found += [f"at {width} sticks out: {each}" for each in page.evaluate(STICKING_OUT)]
        violations: list[Any] = Axe().run(page).response["violations"]
        found += [f"at {width} axe: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in violations]
    return found + complaints


def open_as(
    context: BrowserContext, live_server: LiveServer, world: World, address: Address, role: str
) -> str | None:
    """Sign that role in; the page's URL, or nothing where the address is no page."""
    path, session = world.path(address), world.session(address, role)
    if not is_page(address, path, session):
        return None
    context.clear_cookies()
    context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in session.items()])
    return live_server.url + path


def walk(
    page: Page,
    live_server: LiveServer,
    world: World,
    addresses: list[Address],
    complaints: list[str],
    *,
    widths: tuple[int, ...],
    everybody: bool,
) -> list[str]:
    found = []
    for address in addresses:
        roles = world.roles(address)
        for role in roles if everybody else roles[:1]:
            url = open_as(page.context, live_server, world, address, role)
            if url:
                wrong = faults(page, url, widths, complaints)
                found += [f"{address.name} as {role}: {each}" for each in wrong]
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_each_page_on_a_phone(
    page: Page, live_server: LiveServer, world: World, complaints: list[str], part: int
) -> None:
    found = walk(page, live_server, world, ALL[part::PARTS], complaints, widths=(PHONE,), everybody=False)
    assert found == [], "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("address", ALL, ids=lambda each: each.name)
def test_each_page_for_everybody_at_both_widths(
    page: Page, live_server: LiveServer, world: World, complaints: list[str], address: Address
) -> None:
    found = walk(page, live_server, world, [address], complaints, widths=(PHONE, DESK), everybody=True)
    assert found == [], "\n".join(found)

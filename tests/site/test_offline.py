"""After the first visit no network is needed; a newer version takes over; where nothing can be kept the page works."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gan.ui.tabs import NAMES
from tests.site.conftest import BELOW, DRAWN, Host, Visit, open_tab, serve

KEPT = "() => !document.getElementById('site-offline').hidden"
FORBIDDEN = {
    "no service workers": "delete Navigator.prototype.serviceWorker",
    "no room": "navigator.serviceWorker.register = async () => { throw new DOMException('', 'QuotaExceededError'); }",
    "denied": "Object.defineProperty(navigator, 'serviceWorker', { get() { throw new DOMException('no'); } })",
    "no connection told": "delete Navigator.prototype.connection",
}


@pytest.fixture
def own(site: Path, tmp_path: Path) -> Iterator[Host]:
    """A host of one test, with a site that it may change."""
    shutil.copytree(site, tmp_path / "own" / BELOW)
    with serve(tmp_path / "own") as host:
        yield host


def get_version(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.version"))


def renew(folder: Path, version: str) -> None:
    """Put another version there: the same page, under another name and with another word in it."""
    for name in ("index.html", "sw.js"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(version, "f" * 16), encoding="utf-8")


def test_all_of_it_works_without_a_network_after_the_first_visit(visit: Visit, own: Host):
    visitor = visit(own.address, service_workers="allow")
    page = visitor.come()
    page.wait_for_function(KEPT)
    page.context.set_offline(True)
    own.shutdown()  # nobody answers any more
    own.server_close()
    page = visitor.come("?tab=explore&seed=7", "")  # an address that was never opened
    page.wait_for_function("() => document.querySelector('#tab-explore [data-version]:not([data-version=\"0\"])')")
    for name in NAMES:
        open_tab(page, name)
    expect(page.locator("#about-figures tbody tr").first).to_be_visible()
    open_tab(page, "generate")
    page.locator("#generate-judge").click()  # D and the reader were never asked before
    expect(page.locator("#generate-verdicts > *").first).to_be_visible()
    open_tab(page, "interpolate")
    assert visitor.complaints == []

    page.locator("#model").select_option("digits-tiny")  # which never came
    expect(page.locator("#tab-interpolate .df-problem").first).to_contain_text("the network is gone")
    page.locator("#model").select_option("digits")
    expect(page.locator("#tab-interpolate .df-problem").first).to_have_text("")


def test_a_newer_version_opens_when_no_tab_shows_the_old_one(visit: Visit, own: Host, tmp_path: Path):
    visitor = visit(own.address, service_workers="allow")
    page = visitor.come()
    page.wait_for_function(KEPT)
    old = get_version(page)
    second = page.context.new_page()
    second.goto(own.address)
    renew(tmp_path / "own" / BELOW, old)

    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    expect(page.locator("#site-newer")).to_be_visible()
    page.reload()  # the other tab goes on with what it has, and so does this one
    assert get_version(page) == old
    second.close()
    for _ in range(20):  # a browser tells its service worker of a closed tab when it comes to it
        page.reload()
        page.wait_for_function(DRAWN, arg="generate-sheet")
        if get_version(page) != old:
            break
    assert get_version(page) == "f" * 16
    page.wait_for_function(DRAWN, arg="generate-sheet")
    names = page.evaluate("caches.keys()")
    assert sorted(names) == [f"digit-forge /{BELOW}/ ffffffffffffffff", f"digit-forge /{BELOW}/ models"]
    assert visitor.complaints == []


def test_the_old_version_opens_where_the_newer_one_never_begins(visit: Visit, own: Host, tmp_path: Path):
    visitor = visit(own.address, service_workers="allow")
    page = visitor.come()
    page.wait_for_function(KEPT)
    old = get_version(page)
    renew(tmp_path / "own" / BELOW, old)
    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    expect(page.locator("#site-newer")).to_be_visible()
    page.add_init_script("ServiceWorker.prototype.postMessage = () => {}")
    waits = []
    page.on("framenavigated", lambda frame: waits.append(frame.url))
    page.reload()
    page.wait_for_function(DRAWN, arg="generate-sheet")
    assert get_version(page) == old
    assert len(waits) == 3  # two waits for it, and the page
    assert visitor.complaints == []


def test_a_version_whose_files_do_not_all_belong_to_it_is_not_kept(visit: Visit, own: Host, tmp_path: Path):
    """A copy that broke off half way: the old version stays, and works without a network."""
    visitor = visit(own.address, service_workers="allow")
    page = visitor.come()
    page.wait_for_function(KEPT)
    old = get_version(page)
    folder = tmp_path / "own" / BELOW
    renew(folder, old)
    (folder / "engine" / "noise.js").write_text("half of", encoding="utf-8")
    page.evaluate(
        """async () => { const found = await navigator.serviceWorker.getRegistration();
        await found.update();
        const { installing } = found;
        if (installing) await new Promise((over) => installing.addEventListener("statechange", over)); }"""
    )
    assert page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.waiting)") is None
    page.context.set_offline(True)
    page.reload()
    page.wait_for_function(DRAWN, arg="generate-sheet")
    assert get_version(page) == old
    assert page.evaluate("caches.keys().then((names) => names.length)") == 2


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_where_nothing_can_be_kept_the_page_works_and_says_nothing(visit: Visit, kind: str):
    visitor = visit(service_workers="allow")
    visitor.page.add_init_script(FORBIDDEN[kind])
    page = visitor.come()
    page.wait_for_function("() => DigitForge.mountAbout")
    page.get_by_role("button", name="Randomize").first.click()
    page.wait_for_function("() => Number(document.getElementById('generate-sheet').dataset.version) > 1")
    assert visitor.complaints == []

"""A Chromium for the browser tests: `python -m b12tracker.embedded.browser` finds or fetches one.

An installed one first, then Playwright's own download, then (as root) the system's package manager.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from b12tracker.embedded.errors import EmbeddedError

VARIABLE = "B12_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_SECONDS_TO_FETCH = 900


def find_chromium() -> Path:
    """The Chromium that the environment names, that is installed, or that Playwright fetched before.

    Raises EmbeddedError when there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not os.access(named, os.X_OK):
            raise EmbeddedError(f"{VARIABLE} names {named}, which is no program that can be run.")
        return Path(named)
    found = _installed() or _fetched()
    if found is None:
        raise EmbeddedError(
            "The browser tests need Chromium: install it with the system's package manager (package "
            f"chromium or google-chrome), or set {VARIABLE} to its path."
        )
    return found


def ensure_chromium() -> Path:
    """Like `find_chromium`, but fetches one where there is none: by Playwright, else by apt-get as root."""
    try:
        return find_chromium()
    except EmbeddedError:
        if os.environ.get(VARIABLE):
            raise
    print("No Chromium is installed; asking Playwright for its own.", file=sys.stderr)
    if not _succeeds([sys.executable, "-m", "playwright", "install", "chromium"]) or not _fetched():
        _install_by_package_manager()
    return find_chromium()


def runs_sandboxed(chromium: Path) -> bool:
    """Whether Chromium's own sandbox works for us: not for root, nor in most containers. Tried for real."""
    if os.geteuid() == 0:
        return False
    return _succeeds([str(chromium), "--headless", "--disable-gpu", "--dump-dom", "about:blank"])


def _installed() -> Path | None:
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return Path(path)
    return _MAC if _MAC.exists() else None


def _fetched() -> Path | None:
    """Playwright's Chromium, if it is there and starts: a bare machine often lacks libraries it needs."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() and _succeeds([str(path), "--version"]) else None


def _install_by_package_manager() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("Installing the package chromium.", file=sys.stderr)
    _succeeds(["apt-get", "update", "-q"])
    _succeeds(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])


def _succeeds(command: list[str]) -> bool:
    """Run `command`, its output on our standard error; a failure is an answer here, the next way is tried."""
    try:
        done = subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, timeout=_SECONDS_TO_FETCH)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(ensure_chromium())
    except EmbeddedError as problem:
        sys.exit(str(problem))

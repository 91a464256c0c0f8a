"""Find the Chromium (or Chrome) that tests and benchmarks open the page in, or get it where that is possible.

Playwright's own download is not used: most desktops have a browser already, and the system keeps it patched.
``CHROMIUM`` names one that is not in a usual place.

    python -m tests.chromium --install    # prints its path; on Debian, may install it with apt-get first
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

# The shell is Debian's Chromium without the windows that no test opens: a page loads in two thirds of the time.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = (
    "The tests of the page need Chromium or Google Chrome, and none was found. Install one (Debian: "
    "sudo apt-get install chromium; Ubuntu and others: Google's package of Chrome; "
    "macOS: brew install --cask google-chrome), or name the program: CHROMIUM=/path/to/chromium make test"
)
# For a page on this machine alone: no sandbox (it fails as root and in containers), no outside requests.
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class MissingBrowserError(RuntimeError):
    """No browser here; the message says what to install."""


def find() -> str:
    """The path of a Chromium or Chrome; MissingBrowserError says what to install where there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise MissingBrowserError(
                f"CHROMIUM={named} is not a program that can be run; give the path of Chromium or Chrome."
            )
        return path
    for candidate in (*NAMES, *(str(Path(app).expanduser()) for app in APPS)):
        path = shutil.which(candidate)
        if path is not None:
            return path
    raise MissingBrowserError(ADVICE)


def _apt_prefix() -> list[str] | None:
    """How apt-get may be run without asking anybody: [] as root, through sudo, or None where it may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0:
        return sudo
    return None


def install() -> None:
    """Install Debian's Chromium and a font where apt-get may be run; its output goes to stderr."""
    prefix = _apt_prefix()
    if prefix is None:
        return
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    print("Installing Chromium for the tests of the page (apt-get install chromium).", file=sys.stderr)
    subprocess.run([*apt_get, "update"], stdout=sys.stderr)
    for package in ("chromium-headless-shell", "chromium"):
        install_it = [*apt_get, "install", "-y", "--no-install-recommends", package, "fonts-dejavu-core"]
        if subprocess.run(install_it, stdout=sys.stderr).returncode == 0:
            return


def main() -> int:
    """Print the browser's path; 1 and a sentence where there is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.chromium", description="Print the browser's path.")
    parser.add_argument("--install", action="store_true", help="install it with apt-get where that is possible")
    wanted = parser.parse_args()
    try:
        try:
            path = find()
        except MissingBrowserError:
            if not wanted.install or os.environ.get("CHROMIUM"):
                raise
            install()
            path = find()
    except MissingBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A Chromium for the browser tests: one that is there, or else one that gets installed.

`python -m tests.chromium` makes sure that there is one; `make test` calls it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without a sandbox and a graphics card, as in a container; and no calls home.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine, Playwright's own included."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return on_path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install_chromium() -> None:
    """Install Playwright's Chromium, or Debian's package where that cannot be downloaded."""
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode == 0:
        return
    if not shutil.which("apt-get"):
        sys.exit("Install Chromium or Chrome, so that `chromium` is on the PATH, and try again.")
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium", "fonts-noto-cjk"]):
        subprocess.run([*as_root, "apt-get", *command], check=True)


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    sys.exit(0 if find_chromium() else "No Chromium could be installed.")

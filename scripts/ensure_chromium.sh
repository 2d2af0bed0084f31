#!/bin/sh
# See to it that the browser tests find a Chromium: one that is there, else
# Playwright's own, else the distribution's package.
#
#   scripts/ensure_chromium.sh .venv/bin/python
set -eu
python=$1

on_path() {
    for browser in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$browser" >/dev/null 2>&1 && return 0
    done
    return 1
}

playwrights_own_starts() {
    "$python" - >/dev/null 2>&1 <<'PYTHON'
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    playwright.chromium.launch(args=["--no-sandbox"]).close()
PYTHON
}

on_path && exit 0
playwrights_own_starts && exit 0

echo "No Chromium found; downloading Playwright's."
if "$python" -m playwright install chromium && playwrights_own_starts; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Playwright's Chromium does not start here; installing the distribution's."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium
    on_path && exit 0
fi

echo "error: the browser tests need a Chromium, and none could be installed." >&2
echo "Install chromium or google-chrome so that it is on the PATH, then try again." >&2
exit 2

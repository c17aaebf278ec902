# browser.sh find|get PYTHON: prints the path of a Chromium that starts. `get` installs one where there is none.
# CHROMIUM=/path/to/browser in the environment settles the question.
set -u
task=$1
python=$2

works() {
    [ -n "$1" ] && "$1" --version >/dev/null 2>&1
}

answer() {
    command -v "$1"
    exit 0
}

if [ -n "${CHROMIUM:-}" ]; then
    works "$CHROMIUM" && answer "$CHROMIUM"
    echo "CHROMIUM is '$CHROMIUM', which does not start: set it to the path of Chromium or Chrome, or unset it." >&2
    exit 1
fi

playwrights_own() {
    "$python" -c 'from playwright.sync_api import sync_playwright as run
with run() as playwright: print(playwright.chromium.executable_path)' 2>/dev/null
}

look() {
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        works "$name" && answer "$name"
    done
    own=$(playwrights_own)
    works "$own" && answer "$own"
}

look
if [ "$task" = get ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "No Chromium here: installing Debian's." >&2
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends chromium fonts-liberation; } >&2
        look
    fi
    echo "No Chromium here: fetching Playwright's." >&2
    "$python" -m playwright install chromium >&2
    look
fi
echo "The browser tests need Chromium, and none could be found or installed. On Debian: apt-get install chromium (as root);" \
    "elsewhere: $python -m playwright install --with-deps chromium, or set CHROMIUM=/path/to/chrome." >&2
exit 1

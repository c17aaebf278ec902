# python.sh PYTHON VENV: can PYTHON make the virtual environment VENV? Says what to do where it cannot.
set -eu
python=$1
venv=$2

stop() {
    echo "$*" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    stop "There is no '$python' here. Install Python 3.11 or newer, or name the one you have: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Retention Desk needs Python 3.11 or newer, and '$python' is $("$python" --version 2>&1). Name a newer one: make PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "'$python' has no module venv with pip. On Debian and Ubuntu: apt-get install python3-venv"
if [ -e "$venv" ] && [ ! -f "$venv/pyvenv.cfg" ]; then
    stop "'$venv' is there but is no virtual environment. Remove it, or name another folder: make VENV=.venv-desk"
fi

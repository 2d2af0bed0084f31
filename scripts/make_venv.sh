#!/bin/sh
# Make a virtual environment with a Python that the dependencies support.
#
#   scripts/make_venv.sh .venv            takes the first of the usual names that works
#   PYTHON=/path/to/python scripts/make_venv.sh .venv
set -eu
venv=$1

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

if supported "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

candidates() {  # every Python on the PATH, not only the first of a name: version managers put stand-ins there
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    for name in python3.13 python3.12 python3.11 python3 python; do
        echo "$PATH" | tr ':' '\n' | while read -r folder; do
            [ ! -x "$folder/$name" ] || echo "$folder/$name"
        done
    done
}

without_pip=
for python in $(candidates); do
    supported "$python" || continue
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        without_pip=${without_pip:-$python}
        continue
    fi
    echo "Making $venv with $("$python" --version), $python"
    exec "$python" -m venv --clear "$venv"
done

if [ -n "$without_pip" ]; then
    version=$("$without_pip" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    echo "error: $without_pip (Python $version) cannot make environments, its venv module is not installed." >&2
    echo "On Debian and Ubuntu: apt-get install python$version-venv" >&2
else
    found=$(python3 --version 2>/dev/null || echo "no Python")
    echo "error: Python 3.11, 3.12 or 3.13 is needed; found ${PYTHON:-$found}." >&2
    echo "Install one of them, or name it: make PYTHON=/path/to/python3.12" >&2
fi
exit 2

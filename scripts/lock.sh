#!/bin/sh
# Write constraints.txt: what a fresh environment gets from requirements-dev.txt today.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
scripts/make_venv.sh "$folder/venv"
"$folder/venv/bin/python" -m pip install --disable-pip-version-check -q --upgrade setuptools -r requirements-dev.txt
{
    echo "# What was tested, exactly: pip install -r requirements.txt -c constraints.txt"
    echo "# Made by \`make lock\` from a fresh environment with requirements-dev.txt."
    # An environment has one of the two builds of TensorFlow; a constraint on the other binds other machines.
    "$folder/venv/bin/python" -m pip freeze --all --exclude pip |
        sed -E 's/^tensorflow([-_]cpu)?==(.*)/tensorflow==\2\ntensorflow-cpu==\2/'
} >"$folder/constraints.txt"
mv "$folder/constraints.txt" constraints.txt

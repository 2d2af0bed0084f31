#!/bin/sh
# Gather what installs in a room without internet: a folder of wheels, and a script that installs them.
# The wheels are for this kind of machine, and for the Python named, or for each of several.
#
#   scripts/make_bundle.sh dist/bundle [PYTHON ...]
set -eu
bundle=$1
shift
[ "$#" -gt 0 ] || set -- "${PYTHON:-}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf "$bundle"
mkdir -p "$bundle/wheels"
for python in "$@"; do
    rm -rf "$work/venv"
    PYTHON=$python scripts/make_venv.sh "$work/venv"
    "$work/venv/bin/python" -m pip download --disable-pip-version-check --quiet --only-binary :all: \
        --dest "$bundle/wheels" -r requirements.txt -c constraints.txt
done

# From a copy: setuptools would leave its folders here, and take up what lies in those of an earlier time.
mkdir "$work/source"
cp -R core dashboard pyproject.toml README.md LICENSE requirements.txt requirements-dask.txt requirements-umap.txt "$work/source"
"$work/venv/bin/python" -m pip wheel --disable-pip-version-check --quiet --no-deps \
    --wheel-dir "$bundle/wheels" "$work/source"

cp scripts/bundle/install.sh scripts/bundle/README.txt scripts/make_venv.sh constraints.txt LICENSE "$bundle"
echo "$bundle: $(find "$bundle/wheels" -name '*.whl' | wc -l | tr -d ' ') wheels, $(du -sh "$bundle" | cut -f1)." \
    "Copy the folder, and run its install.sh."

#!/bin/sh
# Install Embedding Explorer from the wheels in this folder, without internet.
#
#   ./install.sh                      into ~/embedding-explorer
#   ./install.sh FOLDER               into another folder, which this makes
#   PYTHON=python3.12 ./install.sh    with that Python
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$HOME/embedding-explorer}

if [ -e "$folder" ] && [ ! -e "$folder/pyvenv.cfg" ]; then
    echo "error: $folder is there already, and no environment of Python; name a folder that is not there." >&2
    exit 2
fi
"$here/make_venv.sh" "$folder"
"$folder/bin/python" -m pip install --disable-pip-version-check --quiet --no-index --find-links "$here/wheels" \
    -c "$here/constraints.txt" embedding-explorer
rm -rf "$folder"/lib/python*/site-packages/tensorflow/include  # 290 MB of C++ that nothing here compiles
echo "Installed. This starts it: $folder/bin/embedding-explorer serve"

#!/bin/sh
# Build the image, run it as compose.yaml does, and train in it. Exit status 3: nothing here builds images.
#
#   BASE=localhost/python:3.13 scripts/check_container.sh    builds it on another image with Python
set -eu
image=embedding-explorer-check

builder=
for name in docker podman; do
    if command -v "$name" >/dev/null 2>&1 && "$name" info >/dev/null 2>&1; then
        builder=$name
        break
    fi
done
if [ -z "$builder" ]; then
    echo "skipped: there is no docker with a running daemon here, and no podman" >&2
    exit 3
fi

"$builder" build --tag "$image" ${BASE:+--build-arg "BASE=$BASE"} .
container=$("$builder" run --detach --publish 127.0.0.1::8501 --read-only --tmpfs /tmp --cap-drop ALL \
    --security-opt no-new-privileges:true "$image")
trap '"$builder" rm --force --volumes "$container" >/dev/null' EXIT

python3 - "$("$builder" port "$container" 8501 | head -n 1)" <<'PYTHON'
import sys, time, urllib.error, urllib.request

deadline = time.monotonic() + 60
while True:
    try:
        with urllib.request.urlopen(f"http://{sys.argv[1]}/_stcore/health", timeout=5) as answer:
            print("health:", answer.read().decode())
            break
    except OSError as error:
        if time.monotonic() > deadline:
            sys.exit(f"the container does not answer: {error}")
        time.sleep(0.5)
PYTHON
if [ "$("$builder" exec "$container" id -u)" = 0 ]; then
    echo "the server runs as root" >&2
    exit 1
fi
"$builder" exec "$container" embedding-explorer train --epochs 1 --json

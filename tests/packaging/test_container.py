"""The image: what its Dockerfile says is so, and it is built and run where something here builds images."""

import json
import re
import shlex
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.packaging.test_requirements import ROOT

HEALTH = "/_stcore/health"


def instructions(name: str) -> list[str]:
    """The words of the Dockerfile's instructions of that name, each on one line."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [" ".join(line.split()[1:]) for line in lines if line.split()[:1] == [name]]


def test_everything_copied_is_there_and_reaches_the_builder():
    ignored, *reaching = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    copied = [source for line in instructions("COPY") for source in line.split()[:-1]]
    assert ignored == "*"
    assert sorted(copied) == sorted(line[1:] for line in reaching if line.startswith("!"))
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_packages_are_those_of_the_lock_file():
    runs = instructions("RUN")
    installs = [shlex.split(part) for run in runs for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    for words in installs:
        assert ("-c" in words and "constraints.txt" in words) or "--no-deps" in words


def test_the_server_is_no_root_keeps_its_home_in_the_volume_and_is_reached_from_outside():
    (user,) = instructions("USER")
    (variables,) = [shlex.split(line) for line in instructions("ENV") if "EMBEDDING_EXPLORER_HOME" in line]
    assert any(f"useradd --uid 1000 --user-group --create-home {user}" in run for run in instructions("RUN"))
    assert {"EMBEDDING_EXPLORER_HOME=/data", "STREAMLIT_SERVER_ADDRESS=0.0.0.0", "STREAMLIT_SERVER_PORT=8501"} <= {
        *variables
    }
    assert instructions("VOLUME") == ["/data"]
    assert instructions("EXPOSE") == ["8501"]
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert '- "127.0.0.1:8501:8501"' in compose
    assert "- home:/data" in compose


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_tells_a_server_that_is_well_from_one_that_is_not(status, healthy):
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test reads what was asked."""

    (check,) = instructions("HEALTHCHECK")
    program, *arguments = json.loads(check.split("CMD ")[1])
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        command = [argument.replace("8501", str(server.server_port)) for argument in arguments]
        done = subprocess.run([sys.executable, *command], capture_output=True, timeout=30, check=False)
    assert program == "python"
    assert asked == [HEALTH]
    assert (done.returncode == 0) == healthy


def test_the_image_is_built_answers_and_trains():
    done = subprocess.run(
        [ROOT / "scripts" / "check_container.sh"], cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False
    )
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert "health: ok" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["run_id"]

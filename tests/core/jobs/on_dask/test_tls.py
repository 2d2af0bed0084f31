"""Jobs on a cluster that speaks TLS, with a certificate of its own making."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest

from core.access import COMMAND_LINE
from core.jobs import queue
from core.jobs.on_dask.cluster import Cluster
from core.jobs.on_dask.runner import DaskRunner
from tests.core.jobs.on_dask.processes import Processes, cluster
from tests.core.jobs.tinyjobs import ask, ended, home_of_tiny_jobs, measuring, wait_for

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by openssl")


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Dask is told, on the server as on the cluster."""
    folder = tmp_path_factory.mktemp("certificate")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    what = ["req", "-x509", *curve, "-days", "2", "-subj", "/CN=localhost"]
    where = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", *what, *where], check=True, capture_output=True)
    own = {
        f"{side}__{part}": str(folder / f"{part.lower()}.pem")
        for side in ("SCHEDULER", "WORKER", "CLIENT")
        for part in ("KEY", "CERT")
    }
    tls = {"CA_FILE": str(folder / "cert.pem"), **own}
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        **{f"DASK_DISTRIBUTED__COMM__TLS__{name}": value for name, value in tls.items()},
    }


@pytest.fixture(scope="module")
def processes(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with cluster(tmp_path_factory.mktemp("cluster"), 1, settings=variables) as started:
        yield started


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with home_of_tiny_jobs(tmp_path_factory.mktemp("home")) as folder:
        yield folder


@pytest.fixture
def configured(variables: dict[str, str]) -> Iterator[None]:
    """The server's process has the variables, as if it had been started with them."""
    names = {name.removeprefix("DASK_").lower().replace("__", "."): value for name, value in variables.items()}
    with dask.config.set(names):
        yield


def trouble_of(address: str) -> str:
    """What a server says of a scheduler."""
    cluster = Cluster(address, lambda message: None)
    cluster.look()
    cluster.end()
    return cluster.trouble


@pytest.mark.usefixtures("configured")
def test_a_job_is_done_watched_and_stopped(processes: Processes):
    with DaskRunner(processes.address) as runner:
        job = ended(ask(5, steps=4))
        assert (job.state, job.code) == ("done", "")
        assert "on the Dask worker tls://127.0.0.1:" in queue.log(job.job_id)
        job = ask(7, steps=6000, seconds=600)
        wait_for(lambda: measuring(job))
        runner.cancel(job.job_id, by=COMMAND_LINE)
        assert ended(job).state == "canceled"


def test_a_server_without_a_certificate_is_told_what_it_lacks(processes: Processes):
    assert "no certificate is named here; set DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in trouble_of(processes.address)


@pytest.mark.usefixtures("configured")
def test_what_does_not_go_together_is_said(tmp_path: Path):
    assert "demands encryption, and tcp://127.0.0.1:1 is without" in trouble_of("tcp://127.0.0.1:1")
    with dask.config.set({"distributed.comm.tls.ca-file": str(tmp_path / "gone.pem")}):
        assert "cannot be used ([Errno 2] No such file" in trouble_of("tls://127.0.0.1:1")

"""What each family's own metric is with its defaults on the five usual splits, beside what is reached without a model.

python -m benchmarks.families [MODEL …]
"""

import sys
import time

import numpy as np

from benchmarks.common import mean
from core import data
from core.model.families import FAMILIES, run_config
from core.training.trainer import fit

SPLITS = range(5)


def main(models: list[str]) -> None:
    """Print a line for each family: the mean over the splits with its standard error, and processor seconds of one."""
    ratings = data.load()
    for model in models or list(FAMILIES):
        began, values, lines = time.process_time(), [], []
        for seed in SPLITS:
            run = fit(run_config(model=model, split_seed=seed), ratings)
            values.append(run.outcome.metric.value if run.outcome.metric else float("nan"))
            lines.append(run.started.references)
        seconds = (time.process_time() - began) / len(values)
        without = ", ".join(f"{name} {np.mean([line[name] for line in lines]):.4f}" for name in lines[0])
        name = FAMILIES[model].metric.title
        print(f"{model:18} {name:9} {mean(values)}  {seconds:5.1f} s  without: {without}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

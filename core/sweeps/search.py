"""Which settings to try next, by Optuna: what it has been told is kept in its own storage, and survives a crash.

Every trial's sampler starts from the plan's seed and the trial's own number, and knows only what earlier rounds came
to. So a sweep that was killed, resumed, or spread over many workers tries the same settings as one that was not.
"""

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState

from core import settings
from core.sweeps.plan import Between, SweepPlan, Value, Vary, is_whole
from core.sweeps.record import State, Trial

optuna.logging.set_verbosity(optuna.logging.WARNING)

JOURNAL = "journal.log"

RANDOM_FIRST = 8  # trials before the sampler goes by what it has seen
PRUNE_AFTER = 5  # finished trials that a curve is held against, at least
PRUNE_FROM = 5  # the first epoch at which a trial may be given up

PRUNE_WORST = 0.25
"""Share of the finished trials that count as bad: a curve among theirs is given up. Not the half, and not from the
beginning: on the bundled ratings the best learning rates are slower at first than larger ones."""

GOOD = 0.25  # share of the finished trials that count as good

SHUFFLES, NEIGHBORING = 40, 12
"""How often errors are shuffled, and among how many trials, to see what chance makes of a setting's importance. Chosen
on planted optima with a setting that does nothing: of sixteen sweeps it is called important in one, the others in 14 to
16."""

_STATES: Mapping[TrialState, State] = {
    TrialState.RUNNING: "running",
    TrialState.COMPLETE: "done",
    TrialState.PRUNED: "pruned",
}
_RUNS, _WHY = "run_ids", "why"


class Search:
    """The search for good settings, as far as it has come.
    `storage`: where Optuna keeps what it is told; `stored_at` gives one."""

    def __init__(self, plan: SweepPlan, storage: BaseStorage, name: str) -> None:
        self._plan = plan
        self._distributions = {vary.field: _distribution(vary, whole=is_whole(plan.config, vary)) for vary in plan.vary}
        pruner = optuna.pruners.PercentilePruner(
            100 * (1 - PRUNE_WORST), n_startup_trials=PRUNE_AFTER, n_warmup_steps=PRUNE_FROM
        )
        self._study = optuna.create_study(
            study_name=name, storage=storage, pruner=pruner, direction="minimize", load_if_exists=True
        )
        self._grid = list(plan.grid()) if plan.sampler == "grid" else []
        self._given_up: dict[int, bool] = {}
        self._begin()

    def _begin(self) -> None:
        """Put what is tried first whatever the sampler would choose into the queue: the base, or the whole grid."""
        order = sorted(range(len(self._grid)), key=lambda place: _number(self._plan.seed, place))
        first = [self._grid[place] for place in order]
        if not self._grid and self._plan.covers_base:
            first = [self._plan.base_values]
        for values in first[len(self._frozen()) :]:  # all of them, unless this was begun before
            self._study.enqueue_trial(values)

    def trials(self) -> list[Trial]:
        """All trials that were chosen, in their order."""
        return [_trial(frozen) for frozen in self._frozen() if frozen.state in _STATES]

    def ask(self, most: int) -> list[Trial]:
        """The trials of a round that nothing was told about yet, chosen now as far as they were not.

        A round begins at every `together`-th trial.

        `most`: trials that the sweep makes at most.
        """
        trials = self.trials()
        running = [trial for trial in trials if trial.state == "running"]
        first = running[0].number if running else len(trials)
        end = (first // self._plan.together + 1) * self._plan.together
        for number in range(len(trials), min(end, most, self._plan.size)):
            self._study.sampler = _sampler(self._plan, number)
            self._study.ask(self._distributions)
        return [trial for trial in self.trials() if trial.state == "running"]

    def gives_up(self, number: int, curve: Sequence[float]) -> bool:
        """Whether a trial whose validation RMSE went so over its first epochs should be given up.

        It is where its best so far is among the worst quarter of what the finished trials of earlier rounds had come to
        at the same epoch.
        """
        if not self._plan.prune:
            return False
        trial = self._asked(number)
        for epoch in range(len(self._frozen()[number].intermediate_values) + 1, len(curve) + 1):
            trial.report(curve[epoch - 1], epoch)
            if trial.should_prune():
                self._given_up[number] = True
                break
        return self._given_up.setdefault(number, trial.should_prune())

    def tell(self, outcome: Trial) -> None:
        """Keep what came of a trial. Its values are never tried again; those that failed count as the worst."""
        trial = self._asked(outcome.number)
        trial.set_user_attr(_RUNS, list(outcome.run_ids))
        trial.set_user_attr(_WHY, outcome.why)
        if outcome.state == "done":
            self._study.tell(outcome.number, outcome.val_rmse)
        else:
            self._study.tell(outcome.number, state=TrialState.PRUNED)

    def importance(self) -> dict[str, float]:
        """How much each setting sets the good trials apart from the others, 0 for not at all.

        PED-ANOVA (Watanabe, Bansal and Hutter 2023, arXiv:2304.10255): the divergence between how the values of the
        best quarter of the finished trials are spread, and how those of all are. Empty with fewer than `RANDOM_FIRST`
        of them, or where all came to the same.
        """
        done = self._finished()
        enough = len(done) >= RANDOM_FIRST and len({frozen.value for frozen in done}) > 1
        return _importance(done) if enough else {}

    def chance_importance(self) -> dict[str, float]:
        """What that reaches one time in twenty where the errors are shuffled over trials.

        They are shuffled among neighboring trials: a sampler tries better and better values of all settings at once,
        so over a whole sweep also those of one that does nothing go with the error.
        """
        done, generator = self._finished(), np.random.default_rng(self._plan.seed)
        errors = np.array([frozen.value for frozen in done])
        shuffled: dict[str, list[float]] = {name: [] for name in self._distributions}
        for _ in range(SHUFFLES):
            for start in range(0, len(errors), NEIGHBORING):
                errors[start : start + NEIGHBORING] = generator.permutation(errors[start : start + NEIGHBORING])
            for frozen, error in zip(done, errors, strict=True):
                frozen.value = float(error)
            for name, share in _importance(done).items():
                shuffled[name].append(share)
        return {name: float(np.quantile(shares, 0.95)) for name, shares in shuffled.items() if shares}

    def _finished(self) -> list[optuna.trial.FrozenTrial]:
        return [frozen for frozen in self._frozen() if frozen.state == TrialState.COMPLETE]

    def _asked(self, number: int) -> optuna.trial.Trial:
        """A running trial, also one that another process asked for: Optuna has no public way back to that."""
        frozen = self._study.get_trials(deepcopy=False)[number]
        return optuna.trial.Trial(self._study, frozen._trial_id)  # noqa: SLF001

    def _frozen(self) -> list[optuna.trial.FrozenTrial]:
        return self._study.get_trials(deepcopy=True)


def _importance(done: list[optuna.trial.FrozenTrial]) -> dict[str, float]:
    study = optuna.create_study()
    study.add_trials(done)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a setting had one value only is no news to who asks
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=GOOD)
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator, normalize=False)
    return {name: float(share) for name, share in shares.items()}


def stored_at(folder: Path) -> BaseStorage:
    """Where Optuna keeps a sweep: a journal in its folder, or the database that `EMBEDDING_EXPLORER_SWEEP_DATABASE`
    names by a web address as SQLAlchemy reads it."""
    database = settings.text("SWEEP_DATABASE")
    if database:
        return RDBStorage(database)
    file = str(folder / JOURNAL)
    return JournalStorage(JournalFileBackend(file, lock_obj=JournalFileOpenLock(file)))


def _sampler(plan: SweepPlan, number: int) -> optuna.samplers.BaseSampler:
    seed = _number(plan.seed, number)
    if plan.sampler != "tpe" or number < RANDOM_FIRST:
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_FIRST, multivariate=True, constant_liar=True)


def _number(*parts: int) -> int:
    """A number below 2^32 that looks drawn by chance, and is the same for the same parts."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4])


def _distribution(vary: Vary, *, whole: bool) -> BaseDistribution:
    if not isinstance(vary, Between):
        return CategoricalDistribution(vary.values)
    if whole:
        return IntDistribution(int(vary.low), int(vary.high), log=vary.log)
    return FloatDistribution(vary.low, vary.high, log=vary.log)


def _trial(frozen: optuna.trial.FrozenTrial) -> Trial:
    told: dict[str, Any] = frozen.user_attrs
    return Trial(
        number=frozen.number,
        values={name: _readable(value) for name, value in frozen.params.items()},
        state="failed" if told.get(_WHY) else _STATES[frozen.state],
        val_rmse=frozen.value if frozen.state == TrialState.COMPLETE else None,
        run_ids=tuple(told.get(_RUNS, ())),
        why=str(told.get(_WHY, "")),
    )


def _readable(value: Value) -> Value:
    """A number of four digits: nobody reads more, and nothing hangs on them."""
    return float(f"{value:.4g}") if isinstance(value, float) else value

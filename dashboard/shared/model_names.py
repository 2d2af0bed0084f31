"""What models are called: by their kind, by what tells them apart, by how well they guess."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from core.config import RunConfig
from core.data.nouns import count
from core.model.families import PRESETS, SETTINGS, Difference, differences, family_of
from core.model.run import Outcome
from core.store.run_files import RunSummary
from dashboard.shared.phrases import PRESET_WORDS, day, with_noun

_MOST_NAMED = 2
"""Settings named in a title."""

_KIND = {"model", "embedding_layer"}
"""Settings that say the kind of model: the layer follows from it."""


def model_words(config: RunConfig) -> str:
    """A model by its kind, and its dimensions where it has any: "Dot product with biases, 64 dimensions"."""
    size = f", {count(config.dimensions, 'dimension')}" if config.dimensions else ""
    return f"{family_of(config).title}{size}"


def _lower(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"


def run_words(summary: RunSummary) -> str:
    """A run in words: "dot product with biases, 64 dimensions, RMSE 0.86, trained today"."""
    came = "opened" if summary.origin.kind == "imported" else "trained"
    return f"{_lower(model_words(summary.config))}, {measured_words(summary.outcome)}{came} {day(summary.created_at)}"


def measured_words(outcome: Outcome) -> str:
    """What a model was measured at, to be followed by more: "RMSE 0.863, "; empty where nothing was."""
    return f"{outcome.metric.metric.title} {outcome.metric.value:,.3f}, " if outcome.metric else ""


def config_words(config: RunConfig, usual: str) -> str:
    """Settings as a title: the model, its dimensions, and up to two settings that are not as in the preset `usual`.

    Another preset goes by its name: "Dot product, 64 dimensions (Article: dot product)".
    """
    words = model_words(config)
    if preset := next((PRESET_WORDS[name] for name, preset in PRESETS.items() if preset == config), None):
        return words if config == PRESETS[usual] else f"{words} ({preset})"
    named = {*_KIND, "embedding_dim"}
    unusual = dict(PRESETS[usual])
    offered = [(name, value) for name, value in config if name in SETTINGS and name not in named]
    other = [name for name, value in offered if value != unusual.get(name, type(config).model_fields[name].default)]
    texts = [_differing(name, str(SETTINGS[name].title), getattr(config, name)) for name in other[:_MOST_NAMED]]
    return ", ".join([words, *texts, *(["…"] if len(other) > _MOST_NAMED else [])])


def setting(value: object) -> str:
    """The value of a setting as a person reads it; a dash where a model does not have the setting."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def apart(configs: Sequence[RunConfig]) -> list[str]:
    """Models by what tells them apart: "no penalty", "seed 1"; their kinds first, where these are not all one.

    Of each kind the first settings are named in which its models differ; what teaches least, such as the seed, comes
    last. Where four do not tell all of them apart, those are named in which each is unlike most others. Of equal
    settings nothing is left to name but the kind.
    """
    texts = [""] * len(configs)
    for kind in {config.model for config in configs}:
        places = [place for place, config in enumerate(configs) if config.model == kind]
        found = [one for one in differences([configs[place] for place in places]) if one.name not in _KIND]
        # Settings that tell least of a model: named where no others differ.
        found.sort(key=lambda one: one.name in {"epochs", "steps", "patience", "seed"})
        words = [[_differing(one.name, one.title, value) for value in one.values] for one in found]
        named: list[tuple[str, ...]] = list(zip(*words[:_MOST_NAMED], strict=True))
        for most in range(_MOST_NAMED + 1, min(2 * _MOST_NAMED, len(words)) + 1):
            if len(set(named)) < len(places):
                named = list(zip(*words[:most], strict=True))
        if len(set(named)) < len(places) and words:
            named = _unlike_most(found, words)
        alone = len(places) == len(configs) and bool(named)
        for number, place in enumerate(places):
            config = configs[place]
            settings = named[number] if named else ()
            size = count(config.dimensions, "dimension")  # which the words of a model say already
            further = [words for words in settings if words != size]
            texts[place] = ", ".join(settings if alone and settings else [model_words(config), *further])
    return texts


def _unlike_most(differing: Sequence[Difference], words: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The words of each model's settings that are not those of most; no two are alike where the models are not."""
    usual = [Counter(one.values).most_common(1)[0][0] for one in differing]
    models = zip(*(one.values for one in differing), strict=True)
    return [
        tuple(words[which][number] for which, value in enumerate(values) if value != usual[which])
        for number, values in enumerate(models)
    ]


def _differing(name: str, title: str, value: object) -> str:
    """The value of one setting in a few words: "no penalty", "seed 1", "who rated it: on"."""
    title = _lower(title)
    if name == "embedding_dim" and isinstance(value, int):
        return count(value, "dimension")
    if value is None or (value == 0 and isinstance(value, float)):
        return f"no {title}"
    return f"{title}{':' if isinstance(value, bool | str) else ''} {setting(value)}"


def named_apart(summaries: Sequence[RunSummary], *, with_error: bool = True) -> dict[str, str]:
    """What each of several runs is called, by id: what tells it apart, its data or id if need be, and its RMSE."""
    plain = apart([summary.config for summary in summaries])
    texts = [with_noun(text, summary.dataset.noun) for text, summary in zip(plain, summaries, strict=True)]
    if len({data_words(summary) for summary in summaries}) > 1:
        texts = [f"{text}, {data_words(summary)}" for text, summary in zip(texts, summaries, strict=True)]
    texts = [
        text if texts.count(text) == 1 else f"{text} ({summary.run_id[:4]})"
        for text, summary in zip(texts, summaries, strict=True)
    ]
    return {
        summary.run_id: f"{text}, {summary.outcome.metric.value:,.3f}"
        if with_error and summary.outcome.metric
        else text
        for text, summary in zip(texts, summaries, strict=True)
    }


def data_words(summary: RunSummary) -> str:
    """What a run is of: its data, and the files of numbers that were brought for it."""
    files = summary.origin.provenance.get("file") if summary.dataset.ratings else None
    return f"{summary.dataset.name} ({files})" if files else summary.dataset.name


def distinct_run_words(summaries: Sequence[RunSummary]) -> dict[str, str]:
    """Runs in words by id, no two alike, for choosing: equal ones say how their settings differ, or their id."""
    words = {summary.run_id: run_words(summary) for summary in summaries}
    alike: dict[str, list[RunSummary]] = defaultdict(list)
    for summary in summaries:
        alike[words[summary.run_id]].append(summary)
    for group in alike.values():
        if len(group) == 1:
            continue
        texts = apart([run.config for run in group])
        for run, text in zip(group, texts, strict=True):
            words[run.run_id] += f" ({text if texts.count(text) == 1 else run.run_id})"
    return words

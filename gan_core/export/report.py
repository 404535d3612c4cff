"""A run as one page that opens from a disk, without this app and without the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from gan_core.config import RunConfig
from gan_core.export.program import changes_mid_run
from gan_core.figures.style import AXIS, GENERATOR, REAL, Figure, layout, scatter
from gan_core.image_measures import MEASURES, N_LIVE, Measure
from gan_core.metrics import METRICS
from gan_core.presets import command
from gan_core.runs.controls import Control
from gan_core.runs.curve import level_for
from gan_core.runs.figures import run_curves
from gan_core.runs.messages import snapshot
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.text import N_, Translate, number

_TEMPLATE = Path(__file__).with_name("report.html")
_IN_THE_TEMPLATE = (
    N_("Samples"),
    N_("Curves"),
    N_("Measures"),
    N_("Measure"),
    N_("Generated"),
    N_("Real samples"),
    N_("Settings"),
    N_("Setting"),
    N_("Value"),
    N_("Name"),
    N_("Changed while it trained"),
    N_("The same run again"),
)


def report_html(store: Store, run_id: str, translate: Translate = str, language: str = "en") -> str:
    """Settings, curves, samples and measures of a run, and how to train it again.

    Plotly's script is part of the page, and pictures are too: it is some megabytes long. Raises
    `GanError` if there is no such run.
    """
    _, run = translate, store.run(run_id)
    seen = json.loads(snapshot(store, run_id, level_for(run.step)))
    first, now = store.controls.config_at(run_id, 0), store.controls.config_now(run_id)
    changes = changes_mid_run(store, run_id)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        _=_,
        language=language,
        run=run,
        status=_status(run, now.steps, _),
        message=run.message.say(_) if run.message else "",
        plotly_js=get_plotlyjs(),
        pictures=_pictures(run, seen, _),
        points=_points(run, seen["frame"], _),
        curves=_html(_filled(run_curves(store, run, _), seen["curves"])),
        measures=list(_measures(store, run, _)),
        settings=[
            (_(RunConfig.model_fields[name].title or name), _value(first, now, name, _), name)
            for name in now.applicable_fields()
        ],
        changes=[_change(change, _) for change in changes],
        command=command(first),
        limits=_limits(changes, _),
        machine=_machine(run, _),
    )


def _status(run: Run, n_steps: int, _: Translate) -> str:
    sentence = _(N_("{status}, step {step} of {steps}, seed {seed}"))
    step, steps = number(run.step), number(n_steps)
    return sentence.format(status=_(run.status), step=step, steps=steps, seed=run.config.seed)


def _machine(run: Run, _: Translate) -> str:
    """Where it was trained, once that is known."""
    if "plan" not in run.facts:
        return ""
    plan, versions = run.facts["plan"], run.facts["versions"]
    return _(N_("Trained on {device} in {dtype}; TensorFlow {tensorflow}, Keras {keras}.")).format(
        device=plan["device"], dtype=plan["dtype"], **versions
    )


# ------------------------------------------------------------------------------ figures


def _filled(figure: Figure, curves: Mapping[str, Mapping[str, Any]]) -> Figure:
    """The figure with all that its traces would have been sent; see `gan_core.figures`."""
    for trace in figure["data"]:
        channels = trace.pop("meta")["append"]
        axis = curves[channels["x"]]
        trace |= {"x": axis[channels["x"]], "y": axis.get(channels["y"], [])}
    return figure


def _pictures(run: Run, seen: Mapping[str, Any], _: Translate) -> list[tuple[str, str]]:
    """Titles and data URIs."""
    if not run.config.items.dataset.is_image:
        return []
    generated = _(N_("Generated, step {step}")).format(step=number(seen["frame_step"]))
    titles = {"x_fake": generated, "x_real": _(N_("Real: x"))}
    return [(title, seen["frame"][name]) for name, title in titles.items() if name in seen["frame"]]


def _points(run: Run, frame: Mapping[str, Any], _: Translate) -> str:
    """Real and generated points, where there are any."""
    titles = (("x_real", N_("real"), REAL), ("x_fake", N_("generated"), GENERATOR))
    clouds = [
        scatter(
            x=frame[f"{name}.x"],
            y=frame[f"{name}.y"],
            name=_(title),
            mode="markers",
            marker={"size": 4, "color": color},
        )
        for name, title, color in titles
        if f"{name}.x" in frame
    ]
    if run.config.items.dataset.is_image or not clouds:
        return ""
    equal = {**AXIS, "scaleanchor": "x"}
    look = layout(width=520, height=520, xaxis=AXIS, yaxis=equal)
    return _html({"data": clouds, "layout": look})


def _html(figure: Figure) -> str:
    config = {"displaylogo": False, "responsive": True}
    html: str = to_html(figure, config, full_html=False, include_plotlyjs=False, validate=False)
    return html


# ------------------------------------------------------------------------------- tables


def _value(first: RunConfig, now: RunConfig, name: str, _: Translate) -> str:
    """A setting's value as a reader knows it, and what it has become mid-run."""
    values = [_shown(config, name, _) for config in (first, now)]
    return " → ".join(dict.fromkeys(values))


def _shown(config: RunConfig, name: str, _: Translate) -> str:
    value = getattr(config, name)
    if name in RunConfig.choices:
        return _(RunConfig.titles(name)[value])
    if isinstance(value, bool):
        return _(N_("yes")) if value else _(N_("no"))
    return value if isinstance(value, str) else number(value)


def _measures(store: Store, run: Run, _: Translate) -> Iterator[tuple[str, str, str]]:
    """Title, last value and noise floor of all that was measured, with a worker's answer last."""
    floors = run.facts.get("floors", {})
    for measured in (store.record.measures(run.id)[1], store.record.quality(run.id)[1]):
        for each in (*METRICS, *MEASURES):
            if each.name in measured:
                is_live = isinstance(each, Measure)
                title = each.title_of(N_LIVE, _) if is_live else _(each.title)
                yield title, _digits(measured[each.name][-1]), _digits(floors.get(each.name))
    moment = store.checkpoints.moment(run.id)
    question = moment.question("measures") if moment else {}
    if not moment or not store.answers.is_asked(question):
        return
    answer = store.answers.ask(question)
    found = answer.value if answer and answer.value else {}
    for measure in MEASURES:
        if measure.name in found.get("measures", {}):
            value, floor = found["measures"][measure.name]
            yield measure.title_of(found["n"], _), _digits(value), _digits(floor)


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _change(change: Control, _: Translate) -> str:
    if change.action != "set" or change.field is None:
        player = "D" if change.action == "turn_d" else "G"
        sentence = _(N_("After step {step}, {player} took a turn alone."))
        return sentence.format(step=number(change.applied_step or 0), player=player)
    title = _(RunConfig.model_fields[change.field].title or change.field)
    sentence = _(N_("After step {step}: {title} = {value}"))
    return sentence.format(
        step=number(change.applied_step or 0), title=title, value=_(change.in_words)
    )


def _limits(changes: Sequence[Control], _: Translate) -> str:
    """How far the command goes with a run that was changed while it trained, and what goes on."""
    if not changes:
        return ""
    sentences = _(
        N_(
            "Up to step {step}, this command gives the same run; it makes none of the changes "
            "above. In GAN Dojo, “Start over” repeats the run with all of them, and the program to "
            "take home repeats those of learning rates and of the length."
        )
    )
    return sentences.format(step=number(changes[0].applied_step or 0))

"""GAN Dojo from a shell: train, list what there is, and check this machine."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.datasets.picture_files import SIDES, Form, from_path
from gan_core.families import FAMILIES
from gan_core.image_measures import MEASURES
from gan_core.losses import LOSSES
from gan_core.metrics import METRICS
from gan_core.networks import NETWORKS
from gan_core.penalties import PENALTIES
from gan_core.presets import PRESETS, preset
from gan_core.text import N_, GanError, Text
from gan_core.training.records import RECORD_FIELDS

if TYPE_CHECKING:
    from gan_core.export.program import Program
    from gan_core.runs.run import Run
    from gan_core.runs.store import Store

SUCCESS, FAILURE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130  # exit codes
EXIT_CODES = {"diverged": FAILURE, "failed": FAILURE}  # of a run's status; the others: success
POLL_SECONDS = 0.2

LISTS: dict[str, Iterable[Any]] = {
    "presets": PRESETS.values(),
    "datasets": DATASETS,
    "losses": LOSSES,
    "penalties": PENALTIES,
    "networks": NETWORKS,
    "families": FAMILIES,
    "metrics": METRICS,
    "measures": MEASURES,
}

# What a list tells of each item, where the item has it; formulas are LaTeX.
_DESCRIPTION = (
    "name",
    "title",
    "help",
    "discriminator_formula",
    "generator_formula",
    "formula",
    "reference",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except GanError as error:
        _complain(error)
        return BAD_INPUT
    except KeyboardInterrupt:
        # A normal exit would wait for the thread that trains. The engine takes the run up again.
        sys.stdout.flush()
        os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gan_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a run and show it as it goes")
    train.set_defaults(command=_train)
    _add_settings(train)
    train.add_argument("--name", default="", help="what the run is called on the web page")

    sweep = commands.add_parser("sweep", help="queue runs that differ in one setting")
    sweep.set_defaults(command=_sweep)
    _add_settings(sweep)
    sweep.add_argument("--field", required=True, metavar="KEY", help="the setting")
    sweep.add_argument("--values", required=True, nargs="+", metavar="VALUE", help="one a run")

    go_on = commands.add_parser("continue", help="go on with a finished run for more steps")
    go_on.set_defaults(command=_continue)
    go_on.add_argument("run", metavar="RUN", help="the run's id, as train and the address say it")
    go_on.add_argument(
        "--steps",
        type=int,
        required=True,
        metavar="N",
        help="how many more; beyond those planned, a rate schedule is stretched over all steps: "
        "rates rise again first",
    )

    measure = commands.add_parser("measure", help="measure how good the pictures of a run are")
    measure.set_defaults(command=_measure)
    measure.add_argument("run", metavar="RUN", help="the run's id, as train and the address say it")
    measure.add_argument(
        "--fid", action="store_true", help="the true FID, with Inception-v3: takes minutes"
    )

    export = commands.add_parser("export", help="take a run home: program, results, networks")
    export.set_defaults(command=_export)
    export.add_argument("run", metavar="RUN", help="the run's id, as train and the address say it")
    what = export.add_mutually_exclusive_group()
    what.add_argument("--notebook", action="store_true", help="print a Jupyter notebook, no script")
    what.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="otherwise the program is printed; .py, .ipynb: a Keras program; .html: a report; "
        ".csv: losses and measures by step; .npz, .png: samples; .gif, .mp4: a film of them; "
        ".weights.zip: both networks for Keras; .tensorboard.zip: logs; pictures.npz: the pictures "
        "of your own that it trains on, which its program reads",
    )

    listing = commands.add_parser("list", help="list what there is to choose from")
    listing.set_defaults(command=_list)
    listing.add_argument("kind", choices=LISTS)

    pictures = commands.add_parser("pictures", help="keep pictures of your own to train on")
    pictures.set_defaults(command=_pictures)
    pictures.add_argument("action", choices=["add"])
    pictures.add_argument("path", type=Path, help="a folder of pictures, a zip or an .npz")
    pictures.add_argument("--side", type=int, default=SIDES[-1], help="pixels: 28 or 32 (default)")
    pictures.add_argument("--grey", action="store_true", help="without colour")

    doctor = commands.add_parser("doctor", help="check what GAN Dojo needs on this machine")
    doctor.set_defaults(command=_doctor)

    for command in (train, sweep, go_on, measure, listing, pictures, doctor):
        command.add_argument("--json", action="store_true", help="print JSON, for other programs")
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    """Options that say what a run is."""
    command.add_argument("--preset", required=True, metavar="NAME", help=", ".join(PRESETS))
    command.add_argument("--steps", metavar="N", help="short for --set steps=N")
    command.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help=f"change settings of the preset: {', '.join(RunConfig.model_fields)}",
    )


# ------------------------------------------------------------------------------- list, doctor


def _list(options: argparse.Namespace) -> int:
    items = [
        {key: getattr(item, key) for key in _DESCRIPTION if hasattr(item, key)}
        for item in LISTS[options.kind]
    ]
    if options.json:
        print(json.dumps(items))
    else:
        widths = {key: max(len(item[key]) for item in items) for key in ("name", "title")}
        for item in items:
            name, title = (item[key].ljust(width) for key, width in widths.items())
            print(f"{name}  {title}  {item['help']}")
    return SUCCESS


def _doctor(options: argparse.Namespace) -> int:
    from gan_core.doctor import Check, examine

    found: list[Check] = []
    for check in examine():
        found.append(check)
        if not options.json:
            print(f"{check.status:<8} {check.name:<18} {check.detail}", flush=True)
            if check.advice:
                print(f"{'':<27} → {check.advice}")
    if options.json:
        print(json.dumps([asdict(check) for check in found]))
    return FAILURE if any(check.status == "problem" for check in found) else SUCCESS


# ----------------------------------------------------------------------------------- pictures


def _pictures(options: argparse.Namespace) -> int:
    """Print the name under which runs find the pictures."""
    from gan_core.runs.store import default_url, open_store

    found = from_path(options.path, Form(options.side, colour=not options.grey))
    key = open_store(default_url()).pictures.add(found.pixels)
    for skipped in found.skipped:
        _complain(f"{skipped.name}: {skipped.reason.say()}")
    if options.json:
        facts = {"pictures": key, "n": len(found.pixels), "skipped": len(found.skipped)}
        print(json.dumps(facts))
    else:
        print(f"{len(found.pixels):,} pictures; train on them with --preset pictures_dcgan --set")
        print(f"pictures={key}")
    return SUCCESS


# -------------------------------------------------------------------------------------- train


def _train(options: argparse.Namespace) -> int:
    """Check every input, then train a new run."""
    config = _config(options)

    from gan_core.runs.claims import holder_name
    from gan_core.runs.store import default_url, open_store

    store, holder = open_store(default_url()), holder_name()
    run_id = store.create_run(config, options.name, claimed_by=holder)
    return _train_here(store, run_id, holder, as_json=options.json)


def _sweep(options: argparse.Namespace) -> int:
    """Queue the runs, which the app's engine trains."""
    from gan_core.runs.store import default_url, open_store
    from gan_core.runs.sweeping import start_sweep

    store = open_store(default_url())
    sweep = start_sweep(store, _config(options), options.field, options.values)
    if options.json:
        print(json.dumps({"sweep": sweep.label, "runs": sweep.runs}))
    else:
        print(f"{sweep.label}: {len(sweep.runs)} runs wait; the app trains them (make run)")
        for run in map(store.run, sweep.runs):
            print(f"{run.id}  {run.name}")
    return SUCCESS


def _continue(options: argparse.Namespace) -> int:
    """Go on with a run in this process."""
    from gan_core.runs.claims import holder_name
    from gan_core.runs.store import default_url, open_store

    store, holder = open_store(default_url()), holder_name()
    store.extend(options.run, options.steps, claimed_by=holder)
    return _train_here(store, options.run, holder, as_json=options.json)


def _train_here(store: Store, run_id: str, holder: str, *, as_json: bool) -> int:
    """Train in a thread of this process, watch through the store, say how it ended."""
    pressed = _listen_for_ctrl_c()
    job = ThreadPoolExecutor(1).submit(_execute, store.url, run_id, holder)
    try:
        _follow(store, run_id, job, pressed)
        job.result()
        return _report(store, run_id, as_json=as_json)
    except GanError as error:  # the store is full, or somebody deleted the run
        _complain(error)
        return FAILURE


def _config(options: argparse.Namespace) -> RunConfig:
    """The preset with what the command line changes."""
    settings = dict(preset(options.preset).settings)
    for setting in options.set:
        key, equals, value = setting.partition("=")
        if not equals:
            raise GanError(
                N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                field="--set",
                value=setting,
                allowed=Text("KEY=VALUE"),
            )
        settings[key] = value
    if options.steps is not None:
        settings["steps"] = options.steps
    return RunConfig.parse(settings)


def _execute(store_url: str, run_id: str, holder: str) -> str | None:
    """Train the run; where not even TensorFlow can be imported, write that down."""
    try:
        from gan_core.runs.job import execute
    except Exception as error:
        from gan_core.runs.store import open_store

        store = open_store(store_url)
        store.give_back(run_id, holder, "failed", _without_tensorflow(error))
        return "failed"
    return execute(store_url, run_id, holder)


def _without_tensorflow(error: Exception) -> Text:
    return Text(
        N_("TensorFlow cannot be imported ({reason}). Find out more: python -m gan_core doctor"),
        {"reason": f"{type(error).__name__}: {error}"},
    )


def _listen_for_ctrl_c() -> threading.Event:
    """Return an event that the first Ctrl-C sets; the second one interrupts as usual."""
    pressed = threading.Event()

    def note(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    return pressed


def _follow(store: Store, run_id: str, job: Future[Any], pressed: threading.Event) -> None:
    """Show how far the run is until its job ends; Ctrl-C asks the run to stop."""
    from gan_core.runs.database import StoreError

    asked = False
    with _progress(store.controls.config_now(run_id).steps) as show:
        while not job.done():
            wait([job], POLL_SECONDS)
            with contextlib.suppress(StoreError):  # if it stays away, the job ends and says so
                show(store.run(run_id))
            if pressed.is_set() and not asked:
                asked = True
                with contextlib.suppress(GanError):  # it has just ended by itself
                    store.controls.request(run_id, "stop")


@contextlib.contextmanager
def _progress(n_steps: int) -> Iterator[Callable[[Run], None]]:
    """Yield a function that shows a run as a bar; on anything but a terminal it shows nothing."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeftColumn

    description = TextColumn("{task.description}", markup=False)
    speed = TextColumn("{task.fields[speed]}")
    columns = (description, BarColumn(), MofNCompleteColumn(), speed, TimeLeftColumn())
    with Progress(*columns, disable=not sys.stdout.isatty()) as progress:
        task = progress.add_task("Starting TensorFlow …", total=n_steps, speed="")

        def show(run: Run) -> None:
            if run.status != "queued":
                phase = run.message.say() if run.message else f"{run.name}: {run.status}"
                progress.update(task, description=phase, completed=run.step, speed=_speed(run))

        yield show


def _report(store: Store, run_id: str, *, as_json: bool) -> int:
    """Say how the run ended; return the exit code."""
    run = store.run(run_id)
    losses = _last_losses(store, run)
    if run.message:
        _complain(run.message.say())
    if as_json:
        facts = {"run": run.id, "status": run.status, "step": run.step}
        print(json.dumps(facts | losses | {"images_per_second": run.images_per_second}))
    else:
        known = [f"{name} {value:.4g}" for name, value in losses.items() if value is not None]
        ending = f"{run.name} ({run.id}): {run.status} after {run.step:,} steps"
        print(", ".join([ending, *known, _speed(run)]).rstrip(", "))
    return EXIT_CODES.get(run.status, SUCCESS)


def _last_losses(store: Store, run: Run) -> dict[str, float | None]:
    """The losses of the last step that was written down."""
    _, records = store.record.curve(run.id, 0, len(RECORD_FIELDS), from_step=run.step - 1)
    last = records[-1].tolist() if len(records) else [None] * len(RECORD_FIELDS)
    return dict(zip(RECORD_FIELDS[:2], last, strict=False))


def _speed(run: Run) -> str:
    """How fast the run trains, if that is known."""
    if run.images_per_second is None:
        return ""
    unit = "images" if run.config.items.dataset.is_image else "points"
    return f"{run.images_per_second:,.0f} {unit}/s"


# ------------------------------------------------------------------------------------- export


def _export(options: argparse.Namespace) -> int:
    """Print the program of a run, or write it or what came of the run into a file."""
    from gan_core.export.script import notebook, script

    name = options.to.name if options.to else ""
    form = notebook if options.notebook or name.endswith(".ipynb") else script
    results = _results(options.run)
    ending = next((ending for ending in results if _has_ending(name, ending)), "")
    if options.to and not (ending or name.endswith((".py", ".ipynb"))):
        raise GanError(
            N_("{name} does not say what to write. Let its name end in one of: {endings}."),
            name=name,
            endings=", ".join([".py", ".ipynb", *results]),
        )
    try:
        written = results[ending]() if ending else form(_program(options.run))
    except ImportError as error:
        _complain(_without_tensorflow(error).say())
        return FAILURE
    if options.to is None:
        print(written)
        return SUCCESS
    try:
        options.to.write_bytes(written if isinstance(written, bytes) else written.encode())
    except OSError as error:
        raise GanError(
            N_("{path} cannot be written ({reason}). Name another file."),
            path=str(options.to),
            reason=error.strerror or str(error),
        ) from error
    return SUCCESS


def _has_ending(name: str, ending: str) -> bool:
    """Whether a file's name has an ending of `_results`, or is one, such as weights.zip."""
    return f".{name}".endswith(ending) if ending.startswith(".") else name == ending


def _program(run_id: str) -> Program:
    from gan_core.export.program import program
    from gan_core.runs.store import default_url, open_store

    return program(open_store(default_url()), run_id)


def _results(run_id: str) -> dict[str, Callable[[], str | bytes]]:
    """What can be written of a run besides its program, by the ending of the file's name."""
    from gan_core.export.curves import curves_csv
    from gan_core.export.data_code import PICTURES_FILE
    from gan_core.export.film import film_gif, film_mp4, samples_png
    from gan_core.export.own_pictures import pictures_npz
    from gan_core.export.report import report_html
    from gan_core.export.samples import samples_npz
    from gan_core.runs.store import default_url, open_store
    from gan_core.runs.tensorboard_logs import tensorboard_zip
    from gan_core.runs.weights import weights_zip

    store = open_store(default_url())
    return {
        ".html": lambda: report_html(store, run_id),
        ".csv": lambda: curves_csv(store, run_id),
        PICTURES_FILE: lambda: pictures_npz(store, run_id),
        ".npz": lambda: samples_npz(store, run_id),
        ".png": lambda: samples_png(store, run_id),
        ".gif": lambda: film_gif(store, run_id),
        ".mp4": lambda: film_mp4(store, run_id),
        ".weights.zip": lambda: weights_zip(store, run_id),
        ".tensorboard.zip": lambda: tensorboard_zip(store, run_id),
    }


# ------------------------------------------------------------------------------------ measure


def _measure(options: argparse.Namespace) -> int:
    """Measure a run at its latest checkpoint, in this process."""
    from gan_core.runs import measuring
    from gan_core.runs.store import default_url, open_store

    find = measuring.fid if options.fid else measuring.measure
    try:
        found = find(open_store(default_url()), options.run)
    except ImportError as error:
        _complain(_without_tensorflow(error).say())
        return FAILURE
    if options.json:
        print(json.dumps({name: value for name, value in found.items() if name != "shown"}))
    elif options.fid:
        print(f"step {found['step']:,}, n = {found['n']:,}")
        print(f"FID (Inception-v3)  {found['value']:.4g}  (real: {found['floor']:.4g})")
    else:
        _print_measures(found)
    return SUCCESS


def _print_measures(found: dict[str, Any]) -> None:
    """What was measured, beside what real pictures measure against as many others."""
    from gan_core.image_measures.neighbours import verdict

    if "measures" in found:
        print(f"step {found['step']:,}, n = {found['n']:,}")
        width = max(len(measure.title) for measure in MEASURES)
        for measure in MEASURES:
            value, floor = found["measures"][measure.name]
            print(
                f"{measure.title:<{width}}  {value:>9.4g}  (real: {floor:.4g}; "
                f"{measure.better} is better)"
            )
        for of, shares in found["classes"].items():
            print(f"{'Classes, ' + of:<{width}}  {' '.join(f'{share:>5.1%}' for share in shares)}")
    print(verdict(found["copies"]).say())


def _complain(problem: object) -> None:
    print(problem, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

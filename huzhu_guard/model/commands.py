"""The commands of the analyst: train, compare and keep models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huzhu_guard.errors import CorpusError
from huzhu_guard.terminal import print_json, printable

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.incremental import Update
    from huzhu_guard.model.trained import TrainedModel

_FILE = click.Path(path_type=Path)
_BACKGROUND = click.option(
    "--background", type=_FILE, help="Ordinary messages taken as clean: JSONL with source, licence, text."
)
_N_JOBS = click.option("--n-jobs", default=1, show_default=True, help="Processes; -1 for all cores.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("corpus", type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, help="Folder for the model.")
@_BACKGROUND
@click.option("--without", multiple=True, metavar="SOURCE", help="Leave a source of the background out (* for any).")
@click.option(
    "--base",
    default="none",
    show_default=True,
    metavar="none|shipped|PATH",
    help="Learn together with a labelled corpus, or start from the weights of the shipped model or a model folder.",
)
@click.option("--weight", type=float, default=1.0, show_default=True, help="What a message of CORPUS counts.")
@click.option(
    "--update",
    "is_update",
    is_flag=True,
    help="CORPUS holds corrected verdicts: fold them into --base (default: shipped) and show what changes.",
)
@click.option("--reference", type=_FILE, help="With --update: messages on which old and new model are compared.")
@click.option("--yes", is_flag=True, help="With --update: take the update without asking.")
@click.option("--store", is_flag=True, help="OUTPUT is a folder of models: add a version.")
@click.option("--pipeline/--no-pipeline", default=False, help="Keep the fitted scikit-learn estimator, too.")
@click.option(
    "--disguised",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of the messages of which a disguised copy is learned, too.",
)
@click.option("--seed", default=0, show_default=True, help="Of the solver.")
@_N_JOBS
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
def train(corpus: Path, output: Path, as_json: bool, is_update: bool, **options: Any) -> None:
    """Train a model on labelled messages.

    CORPUS is a folder or JSONL file with all fields of a corpus; or, with --base or --update or another file ending,
    any table with text and labels.
    """  # fmt: skip
    chosen = options.pop("base")
    base = None if chosen == "none" else chosen
    rows = _rows(corpus, full=base is None and not is_update)
    trained = _updated(rows, base, as_json, **options) if is_update else _trained(rows, base, **options)
    shown = _save(trained, output, options["store"], options["pipeline"])
    if as_json:
        print_json(trained.manifest)
        return
    if trained.findings is not None:
        click.echo(printable(trained.findings.to_text()))
    click.echo(f"model written to {shown}")
    for item in trained.manifest.get("contradictions", ()):
        click.echo(f"rule {item['rule']}: declared {item['declared']:+.2f}, learned {item['learned']:+.2f}")


def _rows(path: Path, full: bool) -> pd.DataFrame:
    from huzhu_guard.corpus import load
    from huzhu_guard.model.labelled import read_labelled

    return load(path) if path.is_dir() or (full and path.suffix in ("", ".jsonl")) else read_labelled(path)


def _trained(rows: pd.DataFrame, base: str | None, **options: Any) -> TrainedModel:
    from huzhu_guard.model.train import read_background
    from huzhu_guard.model.train import train as train_model

    background = options["background"]
    return train_model(
        rows,
        read_background(background, options["without"]) if background else None,
        disguised=options["disguised"],
        progress=_tell,
        base=base,
        weight=options["weight"],
        seed=options["seed"],
        n_jobs=options["n_jobs"],
    )


def _tell(step: str) -> None:
    click.echo(f"{step} …", err=True)


def _updated(rows: pd.DataFrame, base: str | None, as_json: bool, **options: Any) -> TrainedModel:
    from huzhu_guard.model.incremental import update

    reference = options["reference"]
    found = update(
        rows,
        None if base in (None, "shipped") else base,
        None if reference is None else _rows(reference, full=False),
        options["weight"],
    )
    if not options["yes"]:
        _ask(found, as_json)
    elif not as_json:
        click.echo(printable(found.to_text()))
    return found.model


def _ask(found: Update, as_json: bool) -> None:
    click.echo(printable(found.to_text()), err=as_json)
    if found.reference is not None and found.reference.keeps_budgets is False:
        click.echo("the updated model does not keep its budgets on the reference messages", err=True)
    click.confirm("take this update?", abort=True, err=as_json)


def _save(trained: TrainedModel, output: Path, store: bool, pipeline: bool) -> Path:
    from huzhu_guard.model.store import ModelStore

    if store:
        return output / ModelStore(output).add(trained, pipeline=pipeline)
    trained.save(output, pipeline=pipeline)
    return output


@click.command()
@click.argument("corpus", type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, help="JSON file for the result; the model card takes it.")
@_BACKGROUND
@_N_JOBS
def search(corpus: Path, output: Path, background: Path | None, n_jobs: int) -> None:
    """Compare settings of training on voices that they have not read.

    Nested cross-validation by voice and near-duplicate; takes some twenty minutes on two cores.
    """
    from huzhu_guard.corpus import load
    from huzhu_guard.model.search import search as search_settings
    from huzhu_guard.model.train import read_background

    ordinary = read_background(background) if background else None
    found = search_settings(load(corpus), ordinary, progress=_tell, n_jobs=n_jobs)
    found.save(output)
    click.echo(found.to_text())


@click.group()
def model() -> None:
    """Keep models: a folder of versions, of which one is in use."""


@model.command("list")
@click.argument("store", type=_FILE)
@_AS_JSON
def list_versions(store: Path, as_json: bool) -> None:
    """List the versions; the one in use is marked."""
    from huzhu_guard.model.store import open_store

    for version in open_store(store).versions():
        if as_json:
            print_json({name: getattr(version, name) for name in version.__slots__})
        else:
            counts = ", ".join(f"{n} {label}" for label, n in version.counts.items())
            mark = "*" if version.current else " "
            click.echo(f"{mark} {version.name}  {version.fault or f'{counts}; {version.updates} updates'}")


@model.command("add")
@click.argument("store", type=_FILE)
@click.argument("folder", type=_FILE)
@click.option("--use", is_flag=True, help="Switch to it.")
def add_version(store: Path, folder: Path, use: bool) -> None:
    """Add a model folder as a new version."""
    from huzhu_guard.model.store import ModelStore

    click.echo(ModelStore(store).add(folder, use=use))


@model.command("use")
@click.argument("store", type=_FILE)
@click.argument("version")
def use_version(store: Path, version: str) -> None:
    """Switch to a version; running guards that watch the folder follow."""
    from huzhu_guard.model.store import open_store

    open_store(store).use(version)
    click.echo(f"{version} is in use")


@model.command("rollback")
@click.argument("store", type=_FILE)
def roll_back(store: Path) -> None:
    """Switch back to the version that was in use before."""
    from huzhu_guard.model.store import open_store

    click.echo(f"{open_store(store).rollback()} is in use")


@model.command("show")
@click.argument("store", type=_FILE)
@click.argument("version", required=False)
def show_version(store: Path, version: str | None) -> None:
    """Print the manifest of a version (the one in use by default) or of a model folder as JSON."""
    from huzhu_guard.model.artifact import is_model, read_manifest
    from huzhu_guard.model.store import open_store

    print_json(read_manifest(store) if is_model(store) else open_store(store).show(version))


@model.command("verify")
@click.argument("store", type=_FILE)
@click.argument("version", required=False)
def verify_version(store: Path, version: str | None) -> None:
    """Check every file of a version (all by default) or of a model folder against its hash."""
    from huzhu_guard.model.artifact import is_model, verify
    from huzhu_guard.model.store import open_store

    if is_model(store):
        verify(store)
        click.echo(f"{store}: sound")
        return
    versions = open_store(store)
    names = [version] if version else [v.name for v in versions.versions()]
    if not names:
        raise CorpusError(f"{store}: there is no version in it; 'huzhu-guard model add' adds one.")
    for name in names:
        versions.verify(name)
        click.echo(f"{name}: sound")


@model.command("diff")
@click.argument("store", type=_FILE)
@click.argument("old")
@click.argument("new", required=False)
@_AS_JSON
def diff_versions(store: Path, old: str, new: str | None, as_json: bool) -> None:
    """Say what differs between two versions, the second the one in use by default."""
    from huzhu_guard.model.store import open_store

    found = open_store(store).diff(old, new)
    if as_json:
        print_json(found)
        return
    for name in ("facts", "signals"):
        for key, (before, after) in found[name].items():
            click.echo(f"{name[:-1]} {key}: {before} -> {after}")
    for name in ("words", "chars"):
        part = found[name]
        click.echo(f"{name}: {part['added']} added, {part['gone']} gone, {part['moved']} moved")
        for gram, label, before, after in part["furthest"]:
            click.echo(printable(f"  {label} {gram}: {before:+.3f} -> {after:+.3f}"))


@click.command()
@click.argument("messages", type=_FILE)
@click.option("--old", default=None, help="Model folder, folder of models or policy file; the shipped one by default.")
@click.option("--new", required=True, help="The same for what it is compared with.")
@click.option("--column", default="text", show_default=True, help="Column with the texts.")
@click.option("-o", "--output", type=_FILE, help="Write the changed rows as CSV.")
@_AS_JSON
def replay(messages: Path, old: str | None, new: str, column: str, output: Path | None, as_json: bool) -> None:
    """Say which decisions change between two models or policies, and why."""
    from huzhu_guard.model.replay import replay as replay_messages

    found = replay_messages(_messages(messages, column), old, new, column)
    if output is not None:
        found.rows.to_csv(output, index_label="row", encoding="utf-8-sig")
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(printable(found.to_text()))


@click.command()
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--model", "judge", default=None, help="Model folder or policy file; the shipped model by default.")
@click.option("--column", default="text", show_default=True, help="Column with the texts.")
@click.option("--plot", type=_FILE, help="Write a plot (PNG, SVG or PDF).")
@_AS_JSON
def drift(before: Path, after: Path, judge: str | None, column: str, plot: Path | None, as_json: bool) -> None:
    """Say how far messages have moved between two periods: scores, rules, unknown words."""
    from huzhu_guard.model.drift import drift as find_drift

    found = find_drift(_messages(before, column), _messages(after, column), judge, column)
    if plot is not None:
        found.plot().savefig(plot)
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(printable(found.to_text()))


def _messages(path: Path, column: str) -> pd.DataFrame:
    """A file of messages, labelled or not; a folder is a corpus."""
    import pandas as pd

    from huzhu_guard.corpus import load
    from huzhu_guard.tables import read_rows

    if path.is_dir():
        return load(path)
    rows = [{**row.values, column: row.text} for row in read_rows(path, column) if not row.error]
    return pd.DataFrame(rows, columns=None if rows else [column])

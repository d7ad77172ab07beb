"""The command line: ``huzhu-guard``.

Exit codes: 0 done; 2 bad input, or a file in which a row could not be read; and with ``score --exit-code`` 1 when a
message deserves review, 3 when one deserves to be blocked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huzhu_guard._version import __version__
from huzhu_guard.errors import FileFormatError, HuzhuGuardError
from huzhu_guard.model import commands
from huzhu_guard.verdict import Action, Link, Verdict

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard
    from huzhu_guard.privacy.redact import Operator

_COLOURS = {Action.ALLOW: "green", Action.REVIEW: "yellow", Action.BLOCK: "red"}
_EXIT = {Action.ALLOW: 0, Action.REVIEW: 1, Action.BLOCK: 3}
_BAD_INPUT = 2
_FILE = click.Path(path_type=Path)


class _Group(click.Group):
    """Turns our errors into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HuzhuGuardError as error:
            click.echo(f"huzhu-guard: {error}", err=True)
            ctx.exit(_BAD_INPUT)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            click.echo(f"huzhu-guard: {error.filename or 'file'}: {error.strerror or error}.", err=True)
            ctx.exit(_BAD_INPUT)


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose model, policy and rules."""
    for option in (
        click.option("--model", type=_FILE, help="Model folder; the shipped one by default."),
        click.option("--policy", type=_FILE, help="Policy file (TOML)."),
        click.option("--rules", type=_FILE, multiple=True, help="A rule pack beside the shipped ones; repeatable."),
    ):
        command = option(command)
    return command


def _load(model: Path | None, policy: Path | None, rules: tuple[Path, ...]) -> Guard:
    from huzhu_guard.guard import Guard

    return Guard.load(model, policy, rules)


def _lines(texts: tuple[str, ...]) -> Iterator[str]:
    """The arguments, or the lines of standard input for ``-``."""
    for text in texts:
        if text == "-":
            stream = sys.stdin.buffer
            yield from (line.decode("utf-8", "surrogateescape").rstrip("\r\n") for line in stream)
        else:
            yield text


def _print_json(record: Any) -> None:
    click.echo(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode())


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="huzhu-guard")
def main() -> None:
    """Screen Chinese group messages for scams, fake deals and leaked personal information."""


@main.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT… | -")
@click.option("--json", "as_json", is_flag=True, help="One JSON record a message.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--exit-code", is_flag=True, help="Exit with 1 for review, 3 for block (the worst message counts).")
@_guarded
def score(texts: tuple[str, ...], as_json: bool, lang: str, exit_code: bool, **sources: Any) -> None:
    """Screen messages given as arguments, or one a line from standard input."""
    guard = _load(**sources)
    worst = 0
    for verdict in guard.score_many(_lines(texts)):
        worst = max(worst, _EXIT[verdict.action])
        if as_json:
            _print_json(verdict.to_dict())
        else:
            _show(verdict, lang)
    if exit_code:
        sys.exit(worst)


def _show(verdict: Verdict, lang: str) -> None:
    click.secho(f"[{verdict.action}] ", fg=_COLOURS[verdict.action], bold=True, nl=False)
    click.echo(_printable(verdict.redacted))
    click.echo(_printable(verdict.explain(lang)))


@main.command()
@click.argument("source", type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, help="Where to write; the ending chooses the format.")
@click.option("--column", default="text", show_default=True, help="Column with the texts.")
@click.option("--n-jobs", default=1, show_default=True, help="Processes; -1 for all cores.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@_guarded
def scan(source: Path, output: Path, column: str, n_jobs: int, as_json: bool, **sources: Any) -> None:
    """Screen a file of messages: CSV, TSV, JSONL, Parquet, or plain text with one message a line."""
    from huzhu_guard.scan import scan_file, summary_table

    guard = _load(**sources)
    counts = scan_file(guard, source, output, column, n_jobs, progress=not as_json and sys.stderr.isatty())
    if as_json:
        _print_json(counts)
    else:
        summary_table(counts)
    if errors := counts.get("errors"):
        raise FileFormatError(
            f"{source}: {errors} of {counts['rows']} rows cannot be read, the first at {counts['first_error']}; "
            f"they stand in {output} with the error beside them."
        )


@main.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL… | -")
@click.option("--json", "as_json", is_flag=True, help="One JSON record a link.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@_guarded
def link(urls: tuple[str, ...], as_json: bool, lang: str, **sources: Any) -> None:
    """Judge links without opening them."""
    guard = _load(**sources)
    for found in map(guard.score_link, _lines(urls)):
        if as_json:
            _print_json(_link_record(found))
        else:
            click.secho(f"[{found.action}] ", fg=_COLOURS[found.action], bold=True, nl=False)
            click.echo(_printable(f"{found.url} {found.risk:.0%}"))
            for reason in found.reasons:
                click.echo(_printable(f"· {reason.text(lang)}"))


def _link_record(found: Link) -> dict[str, Any]:
    return {
        "url": found.url, "host": found.host, "registered_domain": found.registered_domain, "brand": found.brand,
        "official": found.official, "kind": str(found.kind), "risk": round(found.risk, 6),
        "action": str(found.action),
        "reasons": [{"id": s.id, "zh": s.reason.zh, "en": s.reason.en} for s in found.signals],
    }  # fmt: skip


@main.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT… | -")
@click.option(
    "--operator", type=click.Choice(["mask", "replace", "hash", "surrogate"]), help="How; the policy's by default."
)
@click.option("--key", help="Secret for hash and surrogate.", envvar="HUZHU_GUARD_KEY")
@click.option("--json", "as_json", is_flag=True, help="One JSON record a text.")
@_guarded
def redact(texts: tuple[str, ...], operator: Operator | None, key: str | None, as_json: bool, **sources: Any) -> None:
    """Mask personal information in texts."""
    guard = _load(**sources)
    secret = key.encode() if key else None
    for text in _lines(texts):
        try:
            redacted = guard.redact(text, operator, secret)
        except ValueError as error:  # an operator without its key
            raise click.UsageError(str(error)) from None
        if as_json:
            _print_json({"redacted": redacted.text, "changes": [c._asdict() for c in redacted.changes]})
        else:
            click.echo(_printable(redacted.text))


@main.command()
@click.argument("corpus", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--card", type=_FILE, help="Write the model card there: figures on held-out voices, minutes of work.")
@click.option("--background", type=_FILE, help="With --card: the background that the model was trained with.")
@click.option("--development", type=_FILE, help="With --card: other people's messages, JSONL with set, truth, text.")
@click.option("--search", type=_FILE, help="With --card: what 'huzhu-guard search' found.")
@_guarded
def evaluate(
    corpus: Path,
    as_json: bool,
    card: Path | None,
    background: Path | None,
    development: Path | None,
    search: Path | None,
    **sources: Any,
) -> None:
    """Compare verdicts with the labels of a corpus, or write the model card."""
    from huzhu_guard.corpus import load
    from huzhu_guard.model.evaluate import evaluate as evaluate_guard

    frame = load(corpus)
    if card is not None:
        from importlib.resources import files

        from huzhu_guard.model.card import write_card
        from huzhu_guard.model.papers import put_card
        from huzhu_guard.model.search import Search
        from huzhu_guard.model.train import read_background

        folder = sources["model"] or files("huzhu_guard.model").joinpath("default")
        rows = read_background(background) if background else None
        put_card(card, write_card(frame, rows, folder, development, Search.load(search) if search else None))
        click.echo(f"model card written to {card}")
        return
    figures = evaluate_guard(_load(**sources), frame)
    if as_json:
        _print_json(figures.to_dict())
    else:
        click.echo(figures.to_text())


@main.group()
def rules() -> None:
    """Check and list rule packs."""


@rules.command("check")
@click.argument("packs", nargs=-1, type=_FILE)
@click.option("--json", "as_json", is_flag=True)
def check_rules(packs: tuple[Path, ...], as_json: bool) -> None:
    """Report every fault of rule packs; the shipped ones where none is named."""
    from huzhu_guard.rules import check_packs
    from huzhu_guard.rules.engine import shipped_paths

    count, faults = check_packs(packs or shipped_paths())
    if as_json:
        _print_json({"rules": count, "faults": faults})
    else:
        for fault in faults:
            click.echo(fault)
        click.echo(f"{count} rules, {len(faults)} faults")
    sys.exit(_BAD_INPUT if faults else 0)


@rules.command("compact")
def compact_rules() -> None:
    """Write the shipped packs anew in their quick-loading form, after a pack was edited."""
    from huzhu_guard.rules.compact import write_compact
    from huzhu_guard.rules.engine import load_pack, shipped_paths

    paths = shipped_paths()
    click.echo(f"written: {write_compact(map(load_pack, paths), paths)}")


@rules.command("list")
@click.option("--json", "as_json", is_flag=True)
@_guarded
def list_rules(as_json: bool, **sources: Any) -> None:
    """List the rules with label, kind and weights."""
    for record in _rule_records(_load(**sources)):
        if as_json:
            _print_json(record)
        else:
            click.echo(f"{record['id']:44} {record['label']:12} {record['kind']:20} {record['weight']:+.2f}")


@rules.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
@_guarded
def show_rule(name: str, as_json: bool, **sources: Any) -> None:
    """Show one rule."""
    found = [r for r in _rule_records(_load(**sources)) if r["id"] == name]
    if not found:
        raise HuzhuGuardError(f"there is no rule {name!r}; 'huzhu-guard rules list' names them.")
    if as_json:
        _print_json(found[0])
        return
    for key, value in found[0].items():
        click.echo(f"{key}: {value}")


def _rule_records(guard: Guard) -> Iterable[dict[str, Any]]:
    for rule, learned in guard.rules():
        yield {
            "id": rule.id, "label": str(rule.label), "kind": rule.kind, "weight": rule.weight, "learned": learned,
            "group": rule.group, "reason_zh": rule.reason.zh, "reason_en": rule.reason.en,
            "hits": list(rule.hits), "misses": list(rule.misses),
        }  # fmt: skip


@main.command("corpus")
@click.argument("path", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON.")
def describe_corpus(path: Path, as_json: bool) -> None:
    """Check a corpus and print the tables of its data card."""
    from huzhu_guard.corpus import load
    from huzhu_guard.datacard import tables, to_markdown

    found = tables(load(path))
    if as_json:
        _print_json({name: table.to_dict(orient="records") for name, table in found.items()})
    else:
        click.echo(to_markdown(found))


@main.group()
def links() -> None:
    """What is known about links."""


@links.command("registry")
@click.option("--json", "as_json", is_flag=True)
@_guarded
def show_registry(as_json: bool, **sources: Any) -> None:
    """List the brands and what they own."""
    for brand in _load(**sources).brands():
        if as_json:
            _print_json(
                {"id": brand.id, "zh": brand.zh, "en": brand.en, "category": brand.category,
                 "domains": brand.domains, "short_hosts": brand.short_hosts, "schemes": brand.schemes}
            )  # fmt: skip
        else:
            click.echo(f"{brand.id:16} {brand.zh:14} {' '.join((*brand.domains, *brand.short_hosts))}")


for _command in (commands.train, commands.search, commands.model, commands.replay, commands.drift):
    main.add_command(_command)

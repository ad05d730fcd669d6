"""`fieldhand dispatch`: solve, check and explain plans kept in files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dispatch.check import check as find_violations
from dispatch.check import total_cents
from dispatch.errors import InvalidInstance, InvalidPlan
from dispatch.explain import explain as explain_request
from dispatch.formats.explained import write_explanations
from dispatch.formats.own import read_instance
from dispatch.formats.plans import read_plan, write_solution
from dispatch.formats.trsp import is_trsp, read_trsp
from dispatch.instance import Instance
from dispatch.plan import Plan
from dispatch.remarks import Remark, figures_of
from dispatch.solve import ENGINES, INSERTION
from dispatch.solve import solve as solve_instance
from dispatch.texts import money
from dispatch.violations import Violation

app = typer.Typer(name="dispatch", help="Plan visits: files in, plans out.", no_args_is_help=True)

InstanceFile = Annotated[Path, typer.Argument(metavar="FILE", help="An instance: Fieldhand JSON or a TRSP text file.")]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan as JSON, as `solve` writes it.")]

REFUSED = 2
"""Exit code for a file that cannot be used; 1 is a plan that breaks a rule."""


@app.command()
def solve(
    file: InstanceFile,
    *,
    seconds: Annotated[float, typer.Option(help="Search time; 0 answers by insertion at once.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Same seed and --iterations, same plan.")] = 0,
    engine: Annotated[str, typer.Option(help=f"One of: {', '.join([INSERTION, *ENGINES])}.")] = "ortools",
    previous: Annotated[Path | None, typer.Option(help="A plan to go on from.")] = None,
    iterations: Annotated[int | None, typer.Option(help="Stop after this many steps of the search.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the plan here instead of to standard output.")] = None,
) -> None:
    """Plan every request that fits, and write the plan as JSON."""
    if engine not in (INSERTION, *ENGINES):
        _refuse(f"no engine {engine}; there are {', '.join([INSERTION, *ENGINES])}")
    instance = _instance(file)
    start = None if previous is None else _plan(previous, instance).stops
    solution = solve_instance(
        instance, engine=engine, seconds=seconds, seed=seed, previous=start, iterations=iterations
    )
    text = write_solution(instance, solution)
    if output is None:
        print(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    served = len(instance.requests.ids) - len(solution.plan.unserved)
    print(
        f"{served} of {len(instance.requests.ids)} requests planned, cost {money(solution.cost.total)}, "
        f"engine {solution.engine}, {solution.seconds:.1f} s",
        file=sys.stderr,
    )


@app.command()
def check(file: InstanceFile, plan: PlanFile) -> None:
    """Check a plan against its instance, independently of every solver; exit code 1 if it breaks a rule."""
    instance = _instance(file)
    judged = _plan(plan, instance)
    violations = find_violations(instance, judged)
    for violation in violations:
        print(_sentence(instance, violation))
    print(f"{len(violations)} broken rules, cost {money(total_cents(instance, judged))}")
    if violations:
        raise typer.Exit(1)


@app.command()
def explain(
    file: InstanceFile,
    plan: PlanFile,
    visit: Annotated[str, typer.Argument(metavar="VISIT", help="Id of a request.")],
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Codes and figures instead of sentences.")] = False,
) -> None:
    """Say why a visit is with its technician, and why not with each other one."""
    instance = _instance(file)
    if visit not in instance.requests.ids:
        _refuse(f"no request {visit} in {file}")
    told = explain_request(instance, _plan(plan, instance).stops, instance.requests.ids.index(visit))
    if json:
        print(write_explanations(instance, [told]))
        return
    chosen = "nobody" if told.technician is None else instance.technicians.ids[told.technician]
    print(f"{visit}: {chosen}")
    for remark in told.reasons:
        print(f"  {_text(remark, lang)}")
    for remark in told.others:
        print(f"{instance.technicians.ids[remark.technician]}: {_text(remark, lang)}")


def _text(remark: Remark, lang: str) -> str:
    return remark.text_zh if lang == "zh" else remark.text_en


def _sentence(instance: Instance, violation: Violation) -> str:
    """A broken rule with the ids it is about."""
    subjects = []
    if violation.technician >= 0:
        subjects.append(instance.technicians.ids[violation.technician])
    if violation.request >= 0:
        subjects.append(instance.requests.ids[violation.request])
    remark = Remark(violation.code, violation.technician, figures_of(instance, violation))
    return f"{violation.code}: {' '.join(subjects) or 'plan'}: {remark.text_en}"


def _instance(file: Path) -> Instance:
    text = _read(file)
    try:
        return read_trsp(text) if is_trsp(text) else read_instance(text)
    except InvalidInstance as error:
        _refuse(f"{file}: {error.detail}")


def _plan(file: Path, instance: Instance) -> Plan:
    try:
        return read_plan(_read(file), instance)
    except InvalidPlan as error:
        _refuse(f"{file}: {error.detail}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"{file}: {error}")


def _refuse(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(REFUSED)

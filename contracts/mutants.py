# SPDX-License-Identifier: Apache-2.0
"""Breaks each rule of the contracts once and asks the tests to notice.

Prints a table of mutant and the test that killed it, and fails when one survives. By rule: each
`assert` removed, each of its conditions removed, each comparison moved by one, each branch turned;
by hand: what no such rule finds. A few mutants cannot be told from the original by anybody; they
stand in EQUIVALENT with the reason.
"""

import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]

PATIENCE_SECONDS = 300
VAULT, ESCROW, ANCHOR = "src/Vault.vy", "src/LeaseEscrow.vy", "src/UsageAnchor.vy"
ECDSA, EIP712 = "src/modules/ecdsa.vy", "src/modules/eip712.vy"
BILL, MERKLE, PAYOUTS = "src/modules/bill.vy", "src/modules/merkle.vy", "src/modules/payouts.vy"

INVARIANTS = "test_invariants.py::Test{}Invariants"
# What is asked about a file, the quickest first; and which contracts are to be compiled anew.
ASKED: dict[str, tuple[list[str], list[str]]] = {
    VAULT: (["test_vault.py", "test_signatures.py", "test_tokens.py", INVARIANTS.format("Vault")],
            [VAULT]),
    ESCROW: (["test_escrow.py", "test_bill.py", "test_signatures.py", "test_tokens.py",
              INVARIANTS.format("Escrow")], [ESCROW]),
    ANCHOR: (["test_anchor.py"], [ANCHOR]),
    MERKLE: (["test_anchor.py"], [ANCHOR]),
    BILL: (["test_bill.py", "test_escrow.py"], [ESCROW]),
    ECDSA: (["test_signatures.py", "test_vault.py", "test_escrow.py"], [VAULT, ESCROW]),
    EIP712: (["test_signatures.py", "test_vault.py"], [VAULT, ESCROW]),
    PAYOUTS: (["test_tokens.py", "test_vault.py", "test_escrow.py"], [VAULT, ESCROW]),
}
PRECOMPILED = [
    VAULT, ESCROW, ANCHOR, "doubles/TestDollar.vy", "doubles/Hostile.vy", "doubles/Silent.vy",
    "doubles/Wallet.vy",
]


@dataclass(frozen=True)
class Mutant:
    file: str
    name: str
    text: str
    """The whole broken file."""


# Mutants that behave like the original for everybody, and why.
EQUIVALENT: dict[str, str] = {}

# What rules do not find: whole lines of a file and what stands in their place, each under a name.
BY_HAND = HERE / "mutants.txt"


def statements(text: str) -> Iterator[tuple[int, int, str]]:
    """The code's statements with their places: no comments, no docstrings, joined over lines."""
    place, quoted, start, depth = 0, False, 0, 0
    for line in text.splitlines(keepends=True):
        marks = line.count('"""')
        if quoted or marks:
            quoted = quoted != (marks % 2 == 1)
        elif not line.strip().startswith("#"):
            if depth == 0:
                start = place
            depth += sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
            if depth == 0 and line.strip():
                yield start, place + len(line), text[start : place + len(line)]
        place += len(line)


def condition_of(statement: str) -> str:
    """What an assert asks, without its reason."""
    content = statement.strip().removeprefix("assert ")
    return re.sub(r',\s*"[^"]*"$|,\s*self\._why\(code\)$', "", content)


SWAPS = {" >= ": " > ", " > ": " >= ", " <= ": " < ", " < ": " <= "}


def mutated_statements(statement: str) -> Iterator[tuple[str, str]]:
    """What was done to a statement, and the broken one."""
    bare = statement.strip()
    one_line = " ".join(bare.split())
    if bare.startswith("assert "):
        condition = condition_of(statement)
        if "extcall" in condition:
            yield f"removed: {one_line}", statement.replace(
                bare, f"ignored: bool = {condition}"
            )
        else:
            yield f"removed: {one_line}", statement.replace(condition, "True", 1)
            for operand in condition.split(" and ") if " and " in condition else []:
                yield f"without {' '.join(operand.split())}: {one_line}", statement.replace(
                    operand, "True", 1
                )
    if re.match(r"(if|assert|return|elif) ", bare) or "min(" in bare:
        for match in re.finditer(r" (>=|>|<=|<) ", statement):
            broken = statement[: match.start()] + SWAPS[match[0]] + statement[match.end() :]
            yield f"{match[0].strip()} to {SWAPS[match[0]].strip()}: {one_line}", broken
    turned = re.match(r"(\s*)if (.*):\n$", statement, re.DOTALL)
    if turned:
        yield f"turned: {one_line}", f"{turned[1]}if not ({turned[2]}):\n"


def by_rule(file: str, text: str) -> Iterator[Mutant]:
    seen: dict[str, int] = {}
    for start, end, statement in statements(text):
        for name, broken in mutated_statements(statement):
            seen[name] = seen.get(name, 0) + 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield Mutant(file, numbered, text[:start] + broken + text[end:])


def by_hand() -> Iterator[Mutant]:
    for block in BY_HAND.read_text().strip().split("\n\n"):
        head, *lines = block.split("\n")
        file, name = head.removeprefix("# ").split(": ", 1)
        old, new = (
            "".join(f"\n{line[1:]}" for line in lines if line[0] == sign) for sign in "-+"
        )
        text = (HERE / file).read_text()
        if text.count(old + "\n") != 1:
            raise SystemExit(f"{file}: “{name}” fits {text.count(old)} places, not one")
        yield Mutant(file, name, text.replace(old + "\n", new + "\n"))


def every() -> list[Mutant]:
    found = list(by_hand())
    for file in ASKED:
        found += by_rule(file, (HERE / file).read_text())
    return found


class FirstFailure:
    """A pytest plugin that keeps the name of the first test that failed."""

    name: str | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid.split("contracts/tests/")[-1].removeprefix("tests/")

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and self.name is None:
            self.name = "not collected"


def killer(mutant: Mutant) -> str:
    """The test that fails on it; empty where none does, in words where it is no program."""
    import pytest
    import world

    files, anew = ASKED[mutant.file]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(HERE / "src", Path(folder) / "src")
        shutil.copytree(HERE / "doubles", Path(folder) / "doubles")
        (Path(folder) / mutant.file).write_text(mutant.text)
        os.environ["ORBAN_CONTRACTS"] = folder
        for path in PRECOMPILED:
            if path not in anew:
                world._deployers[folder, path] = world._deployers[str(HERE), path]
        try:
            for path in anew:
                world.deployer(path)
        except Exception as error:
            return f"stillborn: {type(error).__name__}: {str(error).splitlines()[0][:60]}"
        seen = FirstFailure()
        tests = [str(HERE / "tests" / name) for name in files]
        pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[seen])
        return seen.name or ""


def in_child(mutant: Mutant, results: Any) -> None:
    """Runs in a process of its own: what a broken contract leaves behind dies with it."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    signal.alarm(PATIENCE_SECONDS)
    results.send(killer(mutant))


@dataclass
class Running:
    mutant: Mutant
    process: Any
    results: Any

    def outcome(self) -> str:
        try:
            said = self.results.recv()
        except EOFError:
            said = "died"
        self.process.join()
        return said


def outcomes(mutants: list[Mutant], workers: int) -> Iterator[tuple[Mutant, str]]:
    """Every mutant with what became of it, in order; each in a fork of this warm process."""
    context = multiprocessing.get_context("fork")
    waiting, running = list(mutants), []
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop(0)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=in_child, args=(mutant, sender))
            process.start()
            sender.close()
            running.append(Running(mutant, process, receiver))
        first = running.pop(0)
        yield first.mutant, first.outcome()


def warm_up() -> None:
    os.environ["ORBAN_HYPOTHESIS"] = "mutants"
    os.environ.pop("ORBAN_VECTORS", None)
    # Once, before the forks.
    import hypothesis.stateful  # noqa: F401
    import pytest  # noqa: F401
    import world

    for path in PRECOMPILED:
        world.deployer(path)


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    mutants = [mutant for mutant in every() if wanted in f"{mutant.file}: {mutant.name}"]
    names = {f"{mutant.file}: {mutant.name}" for mutant in mutants}
    if not wanted and (gone := set(EQUIVALENT) - names):
        raise SystemExit(f"no such mutants any more: {sorted(gone)}")
    warm_up()
    print("| file | mutant | killed by |\n| --- | --- | --- |", flush=True)
    left: list[str] = []
    counts = {"killed": 0, "equivalent": 0}
    # More than one a core would only make each slower.
    for mutant, said in outcomes(mutants, os.cpu_count() or 1):
        full = f"{mutant.file}: {mutant.name}"
        if not said and full in EQUIVALENT:
            counts["equivalent"] += 1
            said = f"(equivalent: {EQUIVALENT[full]})"
        elif not said or said.startswith(("stillborn", "died", "not collected")):
            left.append(f"{full}: {said or 'survived'}")
            said = f"**{said or 'SURVIVED'}**"
        else:
            counts["killed"] += 1
        name = mutant.name.replace("|", "\\|")
        print(f"| {Path(mutant.file).stem} | {name} | {said} |", flush=True)
    killed, equivalent = counts["killed"], counts["equivalent"]
    print(f"{killed} of {len(mutants)} killed, {equivalent} equivalent, {len(left)} left")
    for line in left:
        print(line, file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

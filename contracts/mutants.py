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
    VAULT, ESCROW, ANCHOR, "test/TestDollar.vy", "test/Hostile.vy", "test/Silent.vy",
    "test/Wallet.vy",
]


@dataclass(frozen=True)
class Mutant:
    file: str
    name: str
    text: str
    """The whole broken file."""


# Mutants that behave like the original for everybody, and why.
EQUIVALENT: dict[str, str] = {}

# What rules do not find: file, name, text, broken text.
BY_HAND: list[tuple[str, str, str, str]] = [
    (EIP712, "domain without the chain id", "VERSION_HASH, chain.id, self", "VERSION_HASH, convert(1, uint256), self"),
    (EIP712, "domain without the contract", "chain.id, self)", "chain.id, empty(address))"),
    (VAULT, "cumulative compare dropped",
     "if voucher.cumulative <= paid or voucher.commission < paid_commission:",
     "if voucher.cumulative < paid or voucher.commission < paid_commission:"),
    (VAULT, "any cumulative taken as growth",
     "growth: uint256 = unsafe_sub(voucher.cumulative, paid)",
     "growth: uint256 = voucher.cumulative"),
    (VAULT, "commission may shrink",
     "if voucher.cumulative <= paid or voucher.commission < paid_commission:",
     "if voucher.cumulative <= paid:"),
    (VAULT, "ceiling of the sum, not of the growth",
     "if unsafe_mul(commission, BASIS) > unsafe_mul(growth, COMMISSION_CEILING):",
     "if voucher.commission * BASIS > voucher.cumulative * COMMISSION_CEILING:"),
    (VAULT, "commission may wrap",
     "    if commission > growth:\n        return CEILING\n", ""),
    (VAULT, "exit window without expiry",
     '    assert block.timestamp < opens + EXIT_WINDOW, "exit window"\n', ""),
    (VAULT, "an exit covers later deposits",
     "amount: uint256 = min(exit >> 64, unspent)", "amount: uint256 = unspent"),
    (VAULT, "an exit is finished again", "    self.exits[msg.sender][token] = 0\n", ""),
    (VAULT, "batch reverts on one bad entry",
     "            if code != DONE:\n                log Skipped(",
     "            assert code == DONE\n            if code != DONE:\n                log Skipped("),
    (VAULT, "no event says why an entry was skipped",
     "index=i, reason=self._why(code)", 'index=i, reason=""'),
    (VAULT, "spending of a key is not counted",
     "self.sessions[user][key] = session + (growth << 64)", "pass"),
    (VAULT, "a key's commission is not counted",
     "self._spend(voucher.user, signer, growth)",
     "self._spend(voucher.user, signer, growth - commission)"),
    (VAULT, "revoking does nothing", "    self.sessions[msg.sender][key] = 0\n", ""),
    (VAULT, "a key works for every user",
     "session: uint256 = self.sessions[user][key]",
     "session: uint256 = self.sessions[msg.sender][key] + self.sessions[0x0000000000000000000000000000000000000000][key]"),
    (VAULT, "commission goes to the payee",
     "payouts._owe(voucher.token, TREASURY, commission)",
     "payouts._owe(voucher.token, voucher.payee, commission)"),
    (VAULT, "commission is paid on top",
     "voucher.payee, unsafe_sub(growth, commission))", "voucher.payee, growth)"),
    (VAULT, "what was redeemed stays unspent",
     "self.unspents[voucher.user][voucher.token] = unsafe_sub(unspent, growth)", "pass"),
    (VAULT, "sums of pairs shared by tokens",
     "keccak256(abi_encode(voucher.user, voucher.payee, voucher.token))",
     "keccak256(abi_encode(voucher.user, voucher.payee, empty(address)))"),
    (VAULT, "a deposit counts for somebody else",
     "self.unspents[msg.sender][token] = unspent\n", "self.unspents[token][msg.sender] = unspent\n"),
    (VAULT, "deposit may be entered again", "@external\n@nonreentrant\ndef deposit", "@external\ndef deposit"),
    (VAULT, "batch does not ask wallets",
     "if ecdsa._wallet_agrees(voucher.user, digest, ecdsa._expanded(signatures[i])):",
     "if False:"),
    (ESCROW, "commission read at settlement, not at opening",
     "commission: uint256 = bills._commission(charge, terms.commission)\n    credit: uint256 = bills._credit(\n        charge, commission, voucher.seconds",
     "commission: uint256 = bills._commission(charge, COMMISSION_CEILING)\n    credit: uint256 = bills._credit(\n        charge, commission, voucher.seconds"),
    (ESCROW, "interim commission read at settlement",
     "    commission: uint256 = bills._commission(charge, terms.commission)\n    if terms.availability == 0:",
     "    commission: uint256 = bills._commission(charge, COMMISSION_CEILING)\n    if terms.availability == 0:"),
    (ESCROW, "batch reverts on one bad entry",
     "        if code != DONE:\n            log Skipped(",
     "        assert code == DONE\n        if code != DONE:\n            log Skipped("),
    (ESCROW, "no credit is held back",
     "return charge * (bills.BASIS - withheld) // bills.BASIS, commission",
     "return charge - commission, commission"),
    (ESCROW, "held back without the commission",
     "withheld: uint256 = min(terms.commission + terms.credit, bills.BASIS)",
     "withheld: uint256 = min(terms.credit, bills.BASIS)"),
    (ESCROW, "held back part rounded up",
     "return charge * (bills.BASIS - withheld) // bills.BASIS, commission",
     "return (charge * (bills.BASIS - withheld) + bills.BASIS - 1) // bills.BASIS, commission"),
    (ESCROW, "credit not returned to the payer",
     "unsafe_sub(terms.deposit, charge) + credit)", "unsafe_sub(terms.deposit, charge))"),
    (ESCROW, "earlier payments are paid again",
     "payouts._owe(terms.token, terms.payee, share - paid_share)\n    payouts._owe(terms.token, TREASURY, commission - paid_commission)\n    payouts._owe(terms.token, terms.payer",
     "payouts._owe(terms.token, terms.payee, share)\n    payouts._owe(terms.token, TREASURY, commission - paid_commission)\n    payouts._owe(terms.token, terms.payer"),
    (ESCROW, "a closed id opens again", "    self.slots[id] = CLOSED\n", "    self.slots[id] = 0\n"),
    (ESCROW, "a settled voucher settles again",
     "        self.slots[id] = (slot & LOW_188) | voucher.seconds << PAID_SECONDS\n", ""),
    (ESCROW, "settling forgets a standing claim",
     "(slot & LOW_188) | voucher.seconds", "(slot & 2**44 - 1) | voucher.seconds"),
    (ESCROW, "a stop is forgotten", "    lease.stopped = block.timestamp\n", ""),
    (ESCROW, "a dispute is forgotten", "    lease.disputed = True\n", ""),
    (ESCROW, "a disputed claim is still paid",
     "    lease.claimed = 0\n    lease.claimSeconds = 0\n    lease.claimElapsed = 0\n", ""),
    (ESCROW, "a claim's window is not started again",
     "    lease.claimed = block.timestamp\n",
     "    if lease.claimed == 0:\n        lease.claimed = block.timestamp\n"),
    (ESCROW, "a claim counts no elapsed time", "    lease.claimElapsed = elapsed\n", ""),
    (ESCROW, "refund ignores claims", "seconds: uint256 = lease.claimSeconds", "seconds: uint256 = 0"),
    (ESCROW, "anybody closes by a claim before the end",
     "if lease.claimed == 0 or msg.sender != terms.payee:", "if lease.claimed == 0:"),
    (ESCROW, "the provider never closes before the end",
     "if lease.claimed == 0 or msg.sender != terms.payee:", "if True:"),
    (ESCROW, "terms without a type", "keccak256(abi_encode(TERMS_TYPE, terms))", "keccak256(abi_encode(terms))"),
    (ESCROW, "a lease is stored after its token was called",
     '    self.slots[id] = OPEN | block.timestamp << OPENED\n    payouts._take(terms.token, terms.deposit)\n',
     '    payouts._take(terms.token, terms.deposit)\n    self.slots[id] = OPEN | block.timestamp << OPENED\n'),
    (ESCROW, "openLease may be entered again", "@external\n@nonreentrant\ndef openLease", "@external\ndef openLease"),
    (ESCROW, "batch does not ask wallets",
     "            signed = ecdsa._wallet_agrees(each.signer, digest, ecdsa._expanded(signatures[i]))\n",
     "            signed = False\n"),
    (BILL, "charge rounded down", "unsafe_add(unsafe_mul(seconds, rate), 3599) // 3600", "unsafe_mul(seconds, rate) // 3600"),
    (BILL, "charge one too high", "3599) // 3600", "3600) // 3600"),
    (BILL, "commission rounded up", "return unsafe_mul(charge, commission_bps) // BASIS",
     "return (unsafe_mul(charge, commission_bps) + BASIS - 1) // BASIS"),
    (BILL, "credit off by one", "return min(unsafe_mul(charge, credit_bps) // BASIS,",
     "return min(unsafe_mul(charge, credit_bps) // BASIS + 1,"),
    (BILL, "credit rounded up", "return min(unsafe_mul(charge, credit_bps) // BASIS,",
     "return min((unsafe_mul(charge, credit_bps) + BASIS - 1) // BASIS,"),
    (BILL, "credit reaches the commission", ", unsafe_sub(charge, commission))", ", charge)"),
    (ECDSA, "high s taken in the long form",
     "    s: uint256 = extract32(signature, 32, output_type=uint256)\n    if s > HALF_ORDER:\n        return empty(address)\n",
     "    s: uint256 = extract32(signature, 32, output_type=uint256)\n"),
    (ECDSA, "high s taken in the compact form",
     "    s: uint256 = signature.vs & LOW_255\n    if s > HALF_ORDER:\n        return empty(address)\n",
     "    s: uint256 = signature.vs & LOW_255\n"),
    (ECDSA, "any answer of a wallet is a yes", " and extract32(answer, 0) == EIP1271_MAGIC", ""),
    (ECDSA, "only the first bytes of an answer count",
     "extract32(answer, 0) == EIP1271_MAGIC",
     "slice(answer, 0, 4) == slice(concat(EIP1271_MAGIC, b\"\"), 0, 4)"),
    (ECDSA, "a short answer of a wallet is a yes", "success and len(answer) == 32 and extract32(answer, 0) == EIP1271_MAGIC",
     "success and slice(concat(answer, empty(bytes32)), 0, 4) == slice(concat(EIP1271_MAGIC, b\"\"), 0, 4)"),
    (ECDSA, "a wallet may burn all gas", "        gas=WALLET_GAS,\n", ""),
    (ECDSA, "a wallet's revert reverts the batch", "    success, answer = raw_call(", "    success = True\n    answer = raw_call("),
    (ECDSA, "a wallet is told the wrong parity", "v = 0x1c", "v = 0x1b"),
    (PAYOUTS, "what was withdrawn stays owed", "    self.owed[token][msg.sender] = 0\n", ""),
    (PAYOUTS, "owed is set to zero after the transfer",
     "    self.owed[token][msg.sender] = 0\n    assert extcall IERC20(token).transfer(to, amount, default_return_value=True), \"transfer\"\n",
     "    assert extcall IERC20(token).transfer(to, amount, default_return_value=True), \"transfer\"\n    self.owed[token][msg.sender] = 0\n"),
    (PAYOUTS, "withdraw may be entered again", "@external\n@nonreentrant\ndef withdraw", "@external\ndef withdraw"),
    (PAYOUTS, "a silent token is refused",
     "msg.sender, self, amount, default_return_value=True\n", "msg.sender, self, amount\n"),
    (PAYOUTS, "a silent token is not paid out",
     ".transfer(to, amount, default_return_value=True)", ".transfer(to, amount)"),
    (PAYOUTS, "owed is shared by tokens", "self.owed[token][account] += amount", "self.owed[empty(address)][account] += amount"),
    (ANCHOR, "any size taken", 'assert size > self.heads[msg.sender] & MAX_SIZE, "size must grow"', 'assert size > 0, "size must grow"'),
    (ANCHOR, "one head for all publishers", "self.heads[msg.sender] = self._packed", "self.heads[empty(address)] = self._packed"),
    (ANCHOR, "any root is a head", "self.heads[publisher] == self._packed(size, root)", "self.heads[publisher] & MAX_SIZE == size"),
    (MERKLE, "nodes hash like leaves", 'concat(b"\\x01", left, right)', 'concat(b"\\x00", left, right)'),
    (MERKLE, "a path may be short", "return last == 0 and current == root", "return current == root"),
    (MERKLE, "a path may be long", "        if last == 0:\n            return False\n", ""),
    (MERKLE, "the root is not compared", "return last == 0 and current == root", "return last == 0"),
    (MERKLE, "the right edge does not move up", "            for level: uint256 in range(256):\n", "            for level: uint256 in range(1):\n"),
]


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
    for file, name, old, new in BY_HAND:
        text = (HERE / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{file}: “{name}” fits {text.count(old)} places, not one")
        broken = text.replace(old, new)
        if "    success = True\n" in new:
            broken = broken.replace("        revert_on_failure=False,\n", "")
        yield Mutant(file, name, broken)


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
        shutil.copytree(HERE / "test", Path(folder) / "test")
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
    total = len(mutants)
    print(f"{counts['killed']} of {total} killed, {counts['equivalent']} equivalent, {len(left)} left")
    for line in left:
        print(line, file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

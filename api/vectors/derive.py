#!/usr/bin/env python3
"""Derives the golden vectors of entries and bills straight from docs/formats.md. Shares nothing
with the Swift code, so that the two can contradict each other.

Usage: python3 derive.py   (needs the package `cryptography`; rewrites *.json beside this file)
"""
import hashlib
import json
import pathlib
from fractions import Fraction
from math import ceil, floor

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = pathlib.Path(__file__).parent
SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.Raw, serialization.PublicFormat.Raw
)
SALT = bytes(range(100, 116))


def entry(kind, *fields):
    out = bytes([1, kind])
    for field in fields:
        if isinstance(field, int):
            field = str(field)
        if isinstance(field, str):
            field = field.encode()
        out += len(field).to_bytes(2, "big") + field
    return out


RECEIPTS = [
    dict(lease="lse_1", attempt=1, node="nod_1", sequence=1, seconds=0, status="running",
         level="L0", cpu_ms=0, peak_memory_bytes=0),
    dict(lease="lse_01J-abc", attempt=3, node="nod_" + "Z" * 64, sequence=720, seconds=3600,
         status="frozen", level="L0", cpu_ms=14_400_000, peak_memory_bytes=1 << 40),
] + [
    dict(lease="lse_2", attempt=2, node="nod_2", sequence=9, seconds=41, status="ended:" + reason,
         level="L0", cpu_ms=7, peak_memory_bytes=8)
    for reason in ["exit:0", "exit:255", "oom", "limit", "budget", "stopped", "lost", "killed",
                   "start_failed:image_missing"]
]


def receipt_bytes(r):
    return entry(1, r["lease"], r["attempt"], r["node"], r["sequence"], r["seconds"], r["status"],
                 r["level"], r["cpu_ms"], r["peak_memory_bytes"])


SCRUBS = [
    dict(node="nod_1", device="GPU-0fa4e000-0000-4000-8000-000000000001", scrub=1, lease="",
         outcome="clean", method="memory", total_bytes=85_029_158_912,
         overwritten_bytes=84_456_505_344, words_sampled=1_048_640, words_wrong=0,
         contexts_seen=1, contexts_left=0, ms=2310, seed=(1 << 48) - 1),
    dict(node="nod_1", device="MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f", scrub=7,
         lease="lse_01J-abc", outcome="memory_dirty", method="memory_only", total_bytes=1 << 32,
         overwritten_bytes=1 << 32, words_sampled=1_048_576, words_wrong=3, contexts_seen=0,
         contexts_left=0, ms=41, seed=5),
] + [
    dict(node="nod_2", device="GPU-1", scrub=2, lease="lse_2", outcome=outcome,
         method="contexts_only", total_bytes=0, overwritten_bytes=0, words_sampled=0,
         words_wrong=0, contexts_seen=0, contexts_left=0, ms=0, seed=0)
    for outcome in ["clean", "contexts_left", "memory_short", "cuda_failed", "no_cuda", "timeout"]
]


def scrubs():
    for s in SCRUBS:
        data = entry(4, *s.values())
        yield dict(fields=s, bytes=data.hex(), signature=KEY.sign(data).hex())


def malformed_scrubs():
    def changed(**fields):
        return entry(4, *{**SCRUBS[0], **fields}.values())

    good = changed()
    yield "wrong version", b"\x02" + good[1:]
    yield "wrong type", good[:1] + b"\x01" + good[2:]
    yield "trailing", good + b"\0"
    for field, wrong in [("node", "acc_1"), ("device", ""), ("device", "GPU 1"),
                         ("device", "G" * 97), ("scrub", 0), ("scrub", "01"), ("lease", "job_1"),
                         ("outcome", ""), ("outcome", "dirty"), ("method", "Memory"),
                         ("total_bytes", -1), ("overwritten_bytes", "1.5"), ("words_sampled", "+1"),
                         ("words_wrong", -1), ("contexts_seen", ""), ("contexts_left", "x"),
                         ("ms", 1 << 63), ("seed", -1)]:
        yield f"{field} {wrong}", changed(**{field: wrong})


def charge(seconds, rate):
    return ceil(Fraction(seconds * rate, 3600))


def receipts():
    for r in RECEIPTS:
        data = receipt_bytes(r)
        yield dict(fields=r, bytes=data.hex(), signature=KEY.sign(data).hex())


def salted(text):
    return hashlib.sha256(SALT + text.encode()).digest()


def records():
    for kind, model, rate in [("period", "cpu", 1), ("final", "H200+H200", 3_600_000_000),
                              ("final", "MIG 1g.18gb é", 100_000_000_000)]:
        r = RECEIPTS[1]
        data = receipt_bytes(r)
        fields = dict(kind=kind, lease=r["lease"], attempt=r["attempt"], provider="acc_P",
                      node=r["node"], device_model=model, seconds=r["seconds"],
                      micro_per_hour=rate, charge_micro=charge(r["seconds"], rate))
        yield dict(fields=fields, renter="acc_R", job="job_J", bytes=entry(
            2, *fields.values(), salted("acc_R"), salted("job_J"), data, KEY.sign(data)).hex())


def promises():
    """Usage records of leases whose providers promise availability, one that did not keep it among them."""
    for kind, rate, commission_bps, availability, credit_bps, elapsed in [
        ("period", 3_600_000_000, 250, 9_950, 2_500, 0),
        ("final", 3_600_000_000, 250, 9_950, 2_500, 3_600),
        ("final", 3_600_000_001, 333, 9_950, 2_500, 3_700),
        ("final", 1, 10_000, 10_000, 10_000, 86_400),
    ]:
        r = RECEIPTS[1]
        data = receipt_bytes(r)
        total = charge(r["seconds"], rate)
        back = credit(total, floor(Fraction(total * commission_bps, 10_000)), r["seconds"],
                      elapsed, availability, credit_bps)
        fields = dict(kind=kind, lease=r["lease"], attempt=r["attempt"], provider="acc_P",
                      node=r["node"], device_model="cpu", seconds=r["seconds"],
                      micro_per_hour=rate, charge_micro=total)
        promise = dict(availability_bps=availability, credit_bps=credit_bps,
                       commission_bps=commission_bps, elapsed=elapsed, credit_micro=back)
        yield dict(fields=fields, promise=promise, renter="acc_R", job="job_J", bytes=entry(
            5, *fields.values(), salted("acc_R"), salted("job_J"), data, KEY.sign(data),
            *promise.values()).hex())


def malformed():
    good = receipt_bytes(RECEIPTS[0])
    r = RECEIPTS[0]

    def changed(**fields):
        return receipt_bytes({**r, **fields})

    yield "empty", b""
    yield "wrong version", b"\x02" + good[1:]
    yield "wrong type", good[:1] + b"\x03" + good[2:]
    yield "trailing byte", good + b"\x00"
    yield "trailing field", good + b"\x00\x01x"
    yield "leading zero", changed(seconds="00")
    yield "plus sign", changed(seconds="+1")
    yield "minus zero", changed(seconds="-0")
    yield "negative seconds", changed(seconds="-1")
    yield "space in a number", changed(seconds="1 ")
    yield "number beyond 63 bits", changed(seconds="9223372036854775808")
    yield "no number", changed(seconds="")
    yield "attempt zero", changed(attempt=0)
    yield "sequence zero", changed(sequence=0)
    yield "negative memory", changed(peak_memory_bytes="-8")
    yield "wrong prefix", changed(lease="job_1")
    yield "empty identifier", changed(lease="lse_")
    yield "identifier of 65", changed(lease="lse_" + "a" * 65)
    yield "identifier with a dot", changed(node="nod_a.b")
    yield "unknown status", changed(status="paused")
    yield "unknown reason", changed(status="ended:tired")
    yield "exit code 256", changed(status="ended:exit:256")
    yield "exit code 007", changed(status="ended:exit:007")
    yield "negative exit code", changed(status="ended:exit:-1")
    yield "start failure without a code", changed(status="ended:start_failed:")
    yield "unknown level", changed(level="L5")
    yield "not UTF-8", entry(1, "lse_1", 1, "nod_1", 1, 0, b"\xff", "L0", 0, 0)


def bills():
    for seconds in [0, 1, 41, 59, 3599, 3600, 3601, 366 * 86_400]:
        for rate in [1, 3599, 3600, 3601, 50_000, 2_990_000, 100_000_000_000]:
            for bps in [0, 1, 250, 10_000]:
                total = charge(seconds, rate)
                commission = floor(Fraction(total * bps, 10_000))
                yield dict(seconds=seconds, micro_per_hour=rate, commission_bps=bps,
                           charge_micro=total, commission_micro=commission,
                           paid_micro=total - commission)


def credit(total, commission, seconds, elapsed, availability, bps):
    """Back to the renter of a lease that ran for less than its terms promise."""
    if elapsed == 0 or Fraction(seconds, elapsed) >= Fraction(availability, 10_000):
        return 0
    return min(floor(Fraction(total * bps, 10_000)), total - commission)


def closed_bills():
    """The bill of a lease that ends, with the credit of its terms: ledger and contract alike."""
    cases = []
    for seconds in [0, 1, 3599, 3600, 86_399, 366 * 86_400]:
        for rate in [1, 3599, 1_800_001, 100_000_000_000]:
            for commission_bps, availability, credit_bps in [
                (0, 0, 0), (250, 9_900, 1_000), (1_000, 10_000, 10_000), (333, 9_999, 9_667),
                (1, 5_000, 9_999), (250, 0, 5_000), (10_000, 10_000, 1),
            ]:
                # The last second that breaks the promise, and the first that keeps it.
                longest = seconds * 10_000 // availability if availability else seconds + 1_000
                for elapsed in sorted({seconds, longest, longest + 1, seconds + 86_400}):
                    if 0 < elapsed and seconds <= elapsed <= 400 * 86_400:
                        cases.append((seconds, elapsed, rate, commission_bps, availability, credit_bps))
    for seconds, elapsed, rate, commission_bps, availability, credit_bps in cases:
        total = charge(seconds, rate)
        commission = floor(Fraction(total * commission_bps, 10_000))
        returned = credit(total, commission, seconds, elapsed, availability, credit_bps)
        yield dict(seconds=seconds, elapsed=elapsed, micro_per_hour=rate,
                   commission_bps=commission_bps, availability_bps=availability,
                   credit_bps=credit_bps, charge_micro=total, commission_micro=commission,
                   credit_micro=returned, paid_micro=total - commission - returned)


def write(name, value):
    text = json.dumps(value, indent=1, ensure_ascii=False)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


write("entries.json", dict(
    seed=SEED.hex(), public_key=PUBLIC.hex(), salt=SALT.hex(),
    receipts=list(receipts()), usage_records=list(records()),
    promised_usage_records=list(promises()),
    node_key=dict(node="nod_1", provider="acc_P", bytes=entry(3, "nod_1", "acc_P", PUBLIC).hex()),
    malformed_receipts=[dict(name=name, bytes=data.hex()) for name, data in malformed()],
    scrubs=list(scrubs()),
    malformed_scrubs=[dict(name=name, bytes=data.hex()) for name, data in malformed_scrubs()]))
write("bills.json", list(bills()))
write("closed-bills.json", list(closed_bills()))

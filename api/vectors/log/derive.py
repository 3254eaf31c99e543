#!/usr/bin/env python3
"""Derives the log's golden vectors straight from the definitions of RFC 9162 section 2.1 and of
the C2SP documents signed-note, tlog-checkpoint and tlog-tiles. Shares nothing with the Swift
code, so that the two can contradict each other.

Usage: python3 derive.py   (needs the package `cryptography`; rewrites *.json beside this file)
"""
import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = pathlib.Path(__file__).parent


def b64(data):
    return base64.b64encode(data).decode()


def sha(data):
    return hashlib.sha256(data).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\x00" + d[0])
    k = split(len(d))
    return sha(b"\x01" + mth(d[:k]) + mth(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return path(m, d[:k]) + [mth(d[k:])]
    return path(m - k, d[k:]) + [mth(d[:k])]


def subproof(m, d, whole):
    if m == len(d):
        return [] if whole else [mth(d)]
    k = split(len(d))
    if m <= k:
        return subproof(m, d[:k], whole) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


def tree():
    # The first eight entries are those of the Certificate Transparency reference tests.
    entries = [
        bytes.fromhex(text)
        for text in [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
    ] + [f"entry {number}".encode() for number in range(8, 21)]
    known = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert mth(entries[:8]).hex() == known
    sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16, 21]
    write("tree.json", {
        "about": "entries, the root of each prefix, inclusion and consistency paths (base64)",
        "entries": [b64(entry) for entry in entries],
        "leaves": [b64(mth([entry])) for entry in entries],
        "roots": [b64(mth(entries[:size])) for size in range(len(entries) + 1)],
        "inclusion": [
            {"index": index, "size": size, "path": [b64(h) for h in path(index, entries[:size])]}
            for size in sizes for index in range(size)
        ],
        "consistency": [
            {"from": old, "to": new,
             "path": [b64(h) for h in subproof(old, entries[:new], True)]}
            for new in sizes for old in sizes if old <= new
        ],
    })
    return mth(entries)


def note(root):
    name = "orban.example/log"
    seed = bytes(range(32))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_id = sha(name.encode() + b"\n\x01" + public)[:4]
    text = f"{name}\n21\n{b64(root)}\n"
    line = f"\u2014 {name} {b64(key_id + private.sign(text.encode()))}\n"
    # A key published by another log, as a check of the key ID rule itself.
    foreign = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    other, other_id, other_key = foreign.split("+", 2)
    assert sha(other.encode() + b"\n" + base64.b64decode(other_key))[:4].hex() == other_id
    write("note.json", {
        "about": "an Ed25519 seed, its note key, and a head of the tree in tree.json signed by it",
        "seed": seed.hex(),
        "name": name,
        "publicKey": public.hex(),
        "verifier": f"{name}+{key_id.hex()}+{b64(bytes([1]) + public)}",
        "size": 21,
        "root": b64(root),
        "text": text,
        "note": f"{text}\n{line}",
        "foreignVerifiers": [foreign],
    })


def tile_path(kind, index, width):
    digits = str(index)
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    text = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{kind}/{text}" + (f".p/{width}" if width < 256 else "")


def tiles():
    paths = [
        {"level": level, "index": index, "width": width, "path": tile_path(level, index, width)}
        for level, index, width in [
            (0, 0, 256), (0, 255, 256), (0, 256, 1), (1, 999, 255), (2, 1000, 17),
            (0, 1234067, 256), (3, 1234067, 112), (63, 999999, 256), (7, 1000000, 100),
            (0, 36028797018963967, 256),
        ]
    ]
    entry_paths = [
        {"index": index, "width": width, "path": tile_path("entries", index, width)}
        for index, width in [(0, 256), (0, 1), (273, 112), (1234067, 256)]
    ]
    bundle = [b"", b"a", b"orban", bytes(range(256)) * 2]
    size = 65800
    level = [mth([number.to_bytes(8, "big")]) for number in range(size)]
    shapes = []
    for tile_level in range(8):
        if not level:
            break
        for index in range(0, (len(level) + 255) // 256):
            content = level[index * 256:(index + 1) * 256]
            if index in (0, 1, 256) or len(content) < 256:
                shapes.append({
                    "path": tile_path(tile_level, index, len(content)),
                    "sha256": sha(b"".join(content)).hex(),
                })
        for _ in range(8):
            level = [sha(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
    write("tiles.json", {
        "about": "tile paths; an entry bundle; hash tiles of the log whose entry i is i in 8 bytes",
        "hashPaths": paths,
        "entryPaths": entry_paths,
        "bundleEntries": [b64(entry) for entry in bundle],
        "bundle": b64(b"".join(len(e).to_bytes(2, "big") + e for e in bundle)),
        "size": size,
        "tiles": shapes,
    })


if __name__ == "__main__":
    note(tree())
    tiles()

# SPDX-License-Identifier: Apache-2.0
"""Keys of the chain's first accounts, kept in one file that nobody else can read."""

import json
import os
import stat
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount


def made(count: int) -> list[LocalAccount]:
    return [Account.create(os.urandom(32)) for _ in range(count)]


def write_keys(path: Path, accounts: list[LocalAccount]) -> None:
    """Writes the private keys; the file is the caller's alone before anything is in it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        os.fchmod(file.fileno(), stat.S_IRUSR | stat.S_IWUSR)
        file.truncate(0)
        json.dump(
            [{"address": a.address, "private_key": "0x" + a.key.hex().removeprefix("0x")}
             for a in accounts],
            file,
            indent=1,
        )
        file.write("\n")

# SPDX-License-Identifier: Apache-2.0
"""Starts the chain and says on one line where it is; ends on SIGTERM or SIGINT."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from eth_utils import is_address, to_canonical_address, to_checksum_address

from .accounts import made, write_keys
from .chain import Chain
from .deploy import deploy_all
from .methods import Methods
from .server import Server

RICH = 10**24


def number(low: int, high: int) -> Any:
    def parsed(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not within {low} and {high}")
        return value
    return parsed


def account_address(text: str) -> str:
    if not is_address(text):
        raise argparse.ArgumentTypeError(f"{text[:60]} is not an address")
    return to_checksum_address(text)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/devnet",
        description="An EVM chain for development behind JSON-RPC on 127.0.0.1. Its money is worth "
        "nothing. When it is ready it prints one line of JSON.",
    )
    parser.add_argument("--port", type=number(0, 65_535), default=8545, help="0: any free one")
    parser.add_argument("--chain-id", type=number(1, 2**53), default=31_337)
    parser.add_argument(
        "--finality", type=number(0, 10_000), default=2,
        help="blocks behind the latest at which one is finalized (default 2)",
    )
    parser.add_argument(
        "--block-time", type=number(0, 3_600), default=0, metavar="SECONDS",
        help="mine a block each so many seconds, also an empty one (default 0: only with "
        "transactions)",
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="private keys go here, mode 0600")
    parser.add_argument(
        "--accounts", type=number(1, 1_000), default=10, help="how many funded ones, with --keys"
    )
    parser.add_argument(
        "--fund", type=account_address, action="append", default=[], metavar="ADDRESS",
        help="give this address ether at the start; may be repeated",
    )
    parser.add_argument("--deploy", action="store_true", help="deploy test dollar and contracts")
    parser.add_argument(
        "--treasury", type=account_address, metavar="ADDRESS",
        help="who is owed the commission (default: the first account)",
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this one does"
    )
    return parser.parse_args()


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> int:
    chosen = options()
    if chosen.with_parent:
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    accounts = made(chosen.accounts) if chosen.keys else []
    # Nobody keeps its key: nothing can be done to the contracts in its name later.
    deployer = made(1)[0]
    addresses = [account.address for account in accounts]
    rich = {to_canonical_address(a): RICH for a in [deployer.address, *addresses, *chosen.fund]}
    chain = Chain(chosen.chain_id, rich, chosen.finality)
    ready: dict[str, Any] = {"rpc_url": "", "chain_id": chain.id, "accounts": addresses}
    if chosen.deploy:
        treasury = chosen.treasury or (addresses or chosen.fund or [deployer.address])[0]
        ready["contracts"] = deploy_all(chain, deployer, treasury)
    try:
        if chosen.keys:
            write_keys(chosen.keys, accounts)
        server = Server(chosen.port, Methods(chain))
        if chosen.block_time:
            server.mine_every(chosen.block_time)
    except OSError as error:
        print(f"devnet: cannot start: {error.strerror}", file=sys.stderr)
        return 1
    ready["rpc_url"] = f"http://127.0.0.1:{server.server_address[1]}"
    for name in (signal.SIGTERM, signal.SIGINT):
        # From another thread: shutdown waits for the loop that this one runs.
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    print(json.dumps(ready), flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""An EVM chain for development: py-evm behind HTTP JSON-RPC on loopback.

Start reading in `chain.py` (blocks and state), then `pool.py` (what waits), `methods.py` (the
interface), `server.py` (HTTP).
"""

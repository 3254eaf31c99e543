# SPDX-License-Identifier: Apache-2.0
"""What a caller can be told."""

PARSE, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
REFUSED, REVERTED = -32000, 3


class RPCError(Exception):
    """An error answer of JSON-RPC."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def invalid_params(message: str) -> RPCError:
    return RPCError(INVALID_PARAMS, f"invalid params: {message}")


def refused(message: str) -> RPCError:
    return RPCError(REFUSED, message)

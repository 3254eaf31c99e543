# SPDX-License-Identifier: Apache-2.0
"""HTTP in front of the methods. Whatever comes is answered as JSON-RPC; one request at a time."""

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .errors import INVALID_REQUEST, PARSE, REFUSED, RPCError
from .methods import Methods

MAX_BODY = 8 * 1024 * 1024
MAX_BATCH = 1_000
MAX_DEPTH = 100
# The virtual machine needs deep recursion and has lifted Python's own limit; its calls within calls
# must then fit on the stack of the thread that answers.
STACK_BYTES = 64 * 1024 * 1024
Reply = dict[str, Any]


def failed(identity: Any, error: RPCError) -> Reply:
    content: Reply = {"code": error.code, "message": error.message}
    if error.data is not None:
        content["data"] = error.data
    return {"jsonrpc": "2.0", "id": identity, "error": content}


class Dispatcher:
    """Answers bodies; holds the chain's one lock while it does."""

    def __init__(self, methods: Methods) -> None:
        self._methods = methods
        self._lock = threading.Lock()

    def answer(self, body: bytes) -> Reply | list[Reply] | None:
        try:
            if _depth(body) > MAX_DEPTH:
                raise ValueError("too deep")
            request = json.loads(body)
        except ValueError:
            return failed(None, RPCError(PARSE, "parse error"))
        if not isinstance(request, list):
            return self._one(request)
        if not 1 <= len(request) <= MAX_BATCH:
            return failed(None, RPCError(INVALID_REQUEST, f"a batch has 1 to {MAX_BATCH} requests"))
        replies = [reply for each in request if (reply := self._one(each)) is not None]
        return replies or None

    def _one(self, request: Any) -> Reply | None:
        identity = request.get("id") if isinstance(request, dict) else None
        try:
            method, params = _checked(request)
            with self._lock:
                result = self._methods.answer(method, params)
        except RPCError as error:
            return failed(identity, error)
        except Exception as error:  # our own defect: the caller is told so, the log has the rest
            print(f"devnet: {type(error).__name__}: {error}"[:500], file=sys.stderr, flush=True)
            return failed(identity, RPCError(REFUSED, "internal error"))
        if "id" not in request:
            return None
        return {"jsonrpc": "2.0", "id": identity, "result": result}


def _depth(body: bytes) -> int:
    """How deep lists and objects lie in each other at most; what is in quotes does not count."""
    deepest = depth = 0
    for bracket in re.findall(rb"[\[{\]}]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _checked(request: Any) -> tuple[str, list[Any]]:
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise RPCError(INVALID_REQUEST, "invalid request: not JSON-RPC 2.0")
    method, params = request.get("method"), request.get("params", [])
    if not isinstance(method, str):
        raise RPCError(INVALID_REQUEST, "invalid request: no method")
    if not isinstance(params, list):
        raise RPCError(INVALID_REQUEST, "invalid request: params must be a list")
    if not isinstance(request.get("id"), (int, str, float, type(None))):
        raise RPCError(INVALID_REQUEST, "invalid request: id")
    return method, params


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Nagle's algorithm would hold the second packet of each answer for 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    # A caller that says nothing must not keep a thread for ever.
    timeout = 60
    dispatcher: Dispatcher

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._refuse(411)
        elif int(length) > MAX_BODY:
            self._refuse(413)
        else:
            body = self.rfile.read(int(length))
            reply = self.dispatcher.answer(body)
            self._reply(204 if reply is None else 200, reply)

    def _refuse(self, status: int) -> None:
        """Answers without having read the body; the connection cannot be used again."""
        self.close_connection = True
        self._reply(status, failed(None, RPCError(INVALID_REQUEST, "invalid request: body")))

    def _reply(self, status: int, reply: Reply | list[Reply] | None) -> None:
        content = b"" if reply is None else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, methods: Methods) -> None:
        threading.stack_size(STACK_BYTES)
        self._dispatcher = Dispatcher(methods)
        handler = type("Handler", (Handler,), {"dispatcher": self._dispatcher})
        super().__init__(("127.0.0.1", port), handler)

    def mine_every(self, seconds: float) -> None:
        """Mines a block each so many seconds, also where nothing waits: without blocks nothing
        becomes final."""
        body = json.dumps({"jsonrpc": "2.0", "method": "evm_mine", "params": []}).encode()
        ticks = threading.Event()

        def mine() -> None:
            while not ticks.wait(seconds):
                self._dispatcher.answer(body)

        threading.Thread(target=mine, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up in the middle is nothing to tell."""

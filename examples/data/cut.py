#!/usr/bin/env python3
"""A proxy in front of a market that cuts one upload in the middle of a part, once.

Everything passes unchanged but the first upload of a blob of at least --least bytes: when --after
of its bytes have been handed to the market and a part is under way, both connections are reset in
the middle of it (with --hold: nothing more is passed on until the client's end is gone, as it is
when its process dies). The same blob then passes whole.

--record is a JSON file of what was seen, written anew at every change:
  total         bytes of the blob
  part          the first and the last byte of the part that was broken
  sent_before   bytes handed to the market before the cut
  cut           false until the connections are gone
  resumed_at    where the first part after the cut begins; absent until then
  sent_after    bytes handed to the market after the cut
"""

import argparse
import asyncio
import json
import os
import re
import socket
import struct

CHUNK = 1 << 16
RANGE = re.compile(rb"^content-range: *bytes (\d+)-(\d+)/(\d+) *\r$", re.I | re.M)
LENGTH = re.compile(rb"^content-length: *(\d+) *\r$", re.I | re.M)


class Upload:
    """The one blob that is cut: what of it has passed."""

    def __init__(self, options):
        self.options = options
        self.path = None
        self.seen = {}

    def starts(self, path, total):
        """True when this part is one of the blob that is cut."""
        if self.path is None and total >= self.options.least:
            self.path = path
            self.seen = {"total": total, "sent_before": 0, "cut": False, "sent_after": 0}
        return path == self.path

    def room(self, part_left, part_size):
        """How much of a part still passes before the cut; None when it passes whole."""
        if self.seen["cut"]:
            return None
        left = self.options.after - self.seen["sent_before"]
        if left >= part_left:
            return None
        # Never between two parts: at least one byte of this one is with the market.
        return max(left, 1 if part_left == part_size else 0)

    def passed(self, count):
        self.seen["sent_after" if self.seen["cut"] else "sent_before"] += count

    def record(self):
        part = self.options.record + ".part"
        with open(part, "w") as file:
            json.dump(self.seen, file)
        os.replace(part, self.options.record)


class Cut(Exception):
    pass


def reset(writer):
    """Ends a connection at once, for both sides to notice: RST instead of FIN."""
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def pass_on(reader, writer, count):
    """Hands `count` bytes on; raises when either side is gone."""
    while count > 0:
        chunk = await reader.read(min(count, CHUNK))
        if not chunk:
            raise ConnectionResetError
        writer.write(chunk)
        await writer.drain()
        count -= len(chunk)


async def drop_all(reader):
    while await reader.read(CHUNK):
        pass


async def part(reader, writer, head, size, upload):
    """One part of the blob that is cut."""
    first, last, _ = map(int, RANGE.search(head).groups())
    if upload.seen["cut"]:
        upload.seen.setdefault("resumed_at", first)
    left = size
    while left > 0:
        room = upload.room(left, size)
        if room == 0:
            upload.seen["part"] = f"{first}-{last}"
            if upload.options.hold:
                upload.record()
                await drop_all(reader)
            raise Cut
        count = min(left, CHUNK) if room is None else min(left, CHUNK, room)
        await pass_on(reader, writer, count)
        upload.passed(count)
        left -= count
    upload.record()


async def requests(reader, writer, upload):
    """From the client to the market."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        words = head.split(b" ", 2)
        length = LENGTH.search(head)
        size = int(length.group(1)) if length else 0
        placed = RANGE.search(head) if words[0] == b"PUT" else None
        writer.write(head)
        if placed and upload.starts(words[1], int(placed.group(3))):
            await part(reader, writer, head, size, upload)
        else:
            await pass_on(reader, writer, size)


async def answers(reader, writer):
    """From the market to the client."""
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()


async def serve(reader, writer, upload):
    try:
        to_reader, to_writer = await asyncio.open_connection(*upload.options.to)
    except OSError:
        return reset(writer)
    ways = [asyncio.ensure_future(requests(reader, to_writer, upload)),
            asyncio.ensure_future(answers(to_reader, writer))]
    done, going = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in going:
        way.cancel()
    failures = await asyncio.gather(*ways, return_exceptions=True)
    if any(isinstance(failure, Cut) for failure in failures):
        reset(to_writer)
        reset(writer)
        upload.seen["cut"] = True
        upload.record()
        return
    for end in (writer, to_writer):
        end.close()


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


async def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, required=True, help="where it listens, on loopback")
    options.add_argument("--to", type=address, required=True, help="the market: host:port")
    options.add_argument("--after", type=int, default=200_000_000)
    options.add_argument("--least", type=int, default=500_000_000)
    options.add_argument("--hold", action="store_true")
    options.add_argument("--record", required=True)
    upload = Upload(options.parse_args())
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, upload), "127.0.0.1", upload.options.port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())

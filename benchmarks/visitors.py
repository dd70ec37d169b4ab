"""How long a server takes for each click of several visitors at once, and whether its memory stays flat.

    ECGNET_PTBXL=/path/to/ptb-xl python benchmarks/visitors.py [--visitors 10] [--minutes 5] [--json] [address]

address: of a running app; without one it is started.

Each visitor is a connection that speaks Streamlit's protocol as its page in a browser does (also what fragments ask for by
themselves), so that the robots cost the machine nearly nothing. Server time of a click: from its sending to the end of the
script's run, waiting behind other visitors included. A visitor clicks `PAUSE` s after the answer to the click before: mostly
the next record, now and then a page, and on Explain the next record again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import websockets
from browse_speed import app
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PAUSE = (2.0, 6.0)
PAGES = ("browse", "browse", "browse", "explain", "compare", "models", "dataset")
LONGEST = 180
CRITICAL = "**Critical:**"
"""A reading's critical value is red, and no error."""


@dataclass
class Seen:
    """What all visitors saw: by kind of click its times in s, and what the pages said of errors."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One browser tab. `link`: the query string that it opens with."""

    def __init__(self, socket: websockets.ClientConnection, link: str, seen: Seen) -> None:
        self.socket, self.link, self.seen = socket, link, seen
        self.pages: dict[str, str] = {}
        self.page = ""
        self.buttons: dict[str, str] = {}
        self.polls: dict[str, asyncio.Task] = {}
        self.finished = asyncio.Event()

    async def listen(self) -> None:
        """Take in what the server sends, until it hangs up."""
        async for frame in self.socket:
            message = ForwardMsg()
            message.ParseFromString(frame)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.pages = {
                    page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
                }
                self.page = message.navigation.page_script_hash
            elif kind == "delta":
                self._delta(message)
            elif kind == "auto_rerun":
                asked = message.auto_rerun
                if asked.fragment_id not in self.polls:
                    self.polls[asked.fragment_id] = asyncio.create_task(
                        self._poll(asked.fragment_id, asked.interval)
                    )
            elif kind == "page_info_changed":
                self.link = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ):
                self.finished.set()

    def _delta(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.label] = element.button.id
        elif kind == "exception":
            self.seen.errors.append(element.exception.message)
        elif kind == "alert":
            body, red = element.alert.body, element.alert.format == element.alert.ERROR
            self.seen.errors += [body] if red and not body.startswith(CRITICAL) else []

    async def _poll(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._send(fragment_id=fragment, is_auto_rerun=True)

    async def _send(self, *, button: str = "", **asked: object) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.link
        state.page_script_hash = self.page
        for name, value in asked.items():
            setattr(state, name, value)
        if button:
            pressed = state.widget_states.widgets.add()
            pressed.id, pressed.trigger_value = self.buttons[button], True
        await self.socket.send(message.SerializeToString())

    async def click(self, kind: str, *, button: str = "", page: str | None = None) -> None:
        """Press a button or open a page, and wait until the script has run."""
        if page is not None:
            self.page = self.pages.get(page, self.pages.get("", ""))
            self.buttons.clear()
        for poll in self.polls.values():  # a run of the whole script ends what its fragments asked for
            poll.cancel()
        self.polls.clear()
        self.finished.clear()
        began = time.perf_counter()
        await self._send(button=button)
        await asyncio.wait_for(self.finished.wait(), LONGEST)
        self.seen.times.setdefault(kind, []).append(time.perf_counter() - began)


async def visit(address: str, number: int, seen: Seen, until: float) -> None:
    """One visitor's clicks until then."""
    chance = random.Random(number)
    host = address.removeprefix("http://")
    async with websockets.connect(
        f"ws://{host}/_stcore/stream", origin=address, subprotocols=["streamlit"], max_size=None
    ) as socket:
        visitor = Visitor(socket, f"record=ptbxl/{1 + 37 * number}", seen)
        listening = asyncio.create_task(visitor.listen())
        try:
            await visitor.click("a visit begins")
            where = "browse"
            while time.monotonic() < until:
                await asyncio.sleep(chance.uniform(*PAUSE))
                if chance.random() < 0.25:
                    where = chance.choice(PAGES)
                    await visitor.click(f"{where} opens", page=where)
                elif "Next" in visitor.buttons:
                    await visitor.click(f"{where}: next record", button="Next")
                else:
                    where = "browse"
                    await visitor.click("browse opens", page=where)
        finally:
            for task in (*visitor.polls.values(), listening):
                task.cancel()


def server(address: str) -> int:
    """The process that listens there."""
    port = int(address.rsplit(":", 1)[1])
    inodes = {
        line.split()[9]
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
        if int(line.split()[1].split(":")[1], 16) == port and line.split()[3] == "0A"
    }
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                for link in (process / "fd").iterdir():
                    with suppress(OSError):
                        if os.readlink(link).strip("socket:[]") in inodes:
                            return int(process.name)
    raise SystemExit(f"Nothing listens at {address}.")


def family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from family(int(child))


def memory(pid: int) -> float:
    """GB of a process and its children, pages that they share counted once."""
    total = 0
    for one in family(pid):
        with suppress(OSError, StopIteration):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return total / 1024**2


async def measure(address: str, *, visitors: int, minutes: float) -> dict:
    """Server times in s by kind of click, errors, and GB of memory every ten seconds."""
    seen, pid, used = Seen(), server(address), []
    until = time.monotonic() + 60 * minutes

    async def watch() -> None:
        while True:
            used.append(round(await asyncio.to_thread(memory, pid), 3))
            await asyncio.sleep(10)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(visit(address, number, seen, until) for number in range(visitors)))
    watching.cancel()
    return {
        "visitors": visitors,
        "minutes": minutes,
        "seconds": {kind: [round(t, 3) for t in times] for kind, times in sorted(seen.times.items())},
        "errors": seen.errors,
        "memory_gb": used,
        "load": round(os.getloadavg()[0], 1),
    }


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", nargs="?")
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with nullcontext(asked.address) if asked.address else app() as address:
        found = asyncio.run(measure(address, visitors=asked.visitors, minutes=asked.minutes))
    if asked.json:
        print(json.dumps(found))
        return
    kinds = found["seconds"] | {"all clicks": [t for times in found["seconds"].values() for t in times]}
    print(f"{found['visitors']} visitors, {found['minutes']:g} min, load {found['load']}")
    print("| click | median, s | 95 %, s | longest, s | clicks |\n|---|---|---|---|---|")
    for kind, times in kinds.items():
        print(
            f"| {kind} | {statistics.median(times):.2f} | {p95(times):.2f} | {max(times):.2f} | {len(times)} |"
        )
    used = found["memory_gb"]
    first, halfway, last = used[0], used[len(used) // 2], used[-1]
    print(
        f"memory {first:.2f} GB at first, {halfway:.2f} halfway, {last:.2f} at the end, most {max(used):.2f}"
    )
    print(f"errors: {len(found['errors'])} {sorted(set(found['errors']))[:5]}")


if __name__ == "__main__":
    main()

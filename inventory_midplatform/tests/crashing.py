"""Workers that die in mid-call, and what must still be true of everything they told.

A worker writes down each call before it makes it, and what it was told after the call returned. Who takes over from
one that died repeats the calls it had not been told about, with the same idempotency key, as a client would.
"""

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import Books, PostingLine
from inventory_midplatform.tests.platform import Platform

Call = Callable[..., Any]
"""An operation through a door: ``call(operation, key=…, **arguments)``. Raises InventoryError."""

OPENING = 2000

PATIENCE = 60
"""Seconds after which a database or a door that does not answer is taken for broken."""


@dataclass(frozen=True)
class Stock:
	"""What the workers work on: two items in one warehouse with two bins of its own."""

	items: tuple[str, ...]
	warehouse: str
	bins: tuple[str, ...]
	customer: str

	@classmethod
	def made_on(cls, platform: Platform) -> "Stock":
		items = tuple(platform.make_item() for _ in range(2))
		warehouse = platform.make_warehouse()
		bins = (f"UNPLACED - {warehouse}", platform.make_bin(warehouse), platform.make_bin(warehouse))
		platform.books.receive([PostingLine(item, warehouse, Decimal(OPENING), Decimal(1)) for item in items])
		return cls(items, warehouse, bins, platform.make_customer())


@dataclass
class Asked:
	"""A call as it was written down: ``told`` is its answer, ``refused`` the code of its error."""

	id: str
	what: str
	arguments: dict[str, Any]
	told: Any = None
	refused: str = ""

	@property
	def open(self) -> bool:
		return self.told is None and not self.refused


class Journal:
	"""A file that outlives whoever writes it: every line is with the system when ``write`` returns."""

	def __init__(self, path: Path):
		self.path = path

	def write(self, **line: Any) -> None:
		file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
		try:
			os.write(file, (json.dumps(line) + "\n").encode())
		finally:
			os.close(file)

	def read(self) -> dict[str, Asked]:
		calls: dict[str, Asked] = {}
		if not self.path.exists():
			return calls
		for line in self.path.read_text().splitlines():
			entry = json.loads(line)
			if "what" in entry:
				calls[entry["id"]] = Asked(**entry)
			else:
				call = calls[entry.pop("id")]
				call.told, call.refused = entry.get("told"), entry.get("refused", "")
		return calls


class Worker:
	"""Random operations, each written down before and after. Those with a key are repeatable; postings are not."""

	def __init__(self, name: str, stock: Stock, journal: Journal, chance: random.Random, call: Call):
		self.name, self.stock, self.journal, self.chance, self.call = name, stock, journal, chance, call
		self.count = 0
		self.open: dict[str, int] = {}

	def repeat(self, unfinished: list[Asked]) -> None:
		"""What another was not told about: once more, under its own key."""
		for asked in unfinished:
			self.journal.write(id=asked.id, what=asked.what, arguments=asked.arguments)
			self._told(asked.id, lambda asked=asked: self.call(asked.what, key=asked.id, **asked.arguments))  # type: ignore[misc]

	def step(self) -> None:
		kinds = (self.reserve, self.release, self.move)
		self.chance.choices(kinds, (5, 4, 2))[0]()

	def reserve(self) -> None:
		name = self._next("reservation")
		answer = self._operation(
			"reservation.reserve",
			id=name,
			name=name,
			item_code=self._item(),
			warehouse=self.stock.warehouse,
			qty=self.chance.randint(1, 5),
		)
		if answer:
			self.open[name] = answer["reserved_qty"]

	def release(self) -> None:
		if not self.open:
			return
		name = self.chance.choice(sorted(self.open))
		qty = self.chance.randint(1, self.open[name])
		if self._operation("reservation.release", id=self._next("release"), name=name, qty=qty):
			self.open[name] -= qty
			if not self.open[name]:
				del self.open[name]

	def move(self) -> None:
		source, target = self.chance.sample(self.stock.bins, 2)
		self._operation(
			"stock.move",
			id=self._next("move"),
			item_code=self._item(),
			warehouse=self.stock.warehouse,
			from_bin=source,
			to_bin=target,
			qty=self.chance.randint(1, 5),
		)

	def _operation(self, operation: str, *, id: str, **arguments: Any) -> Any:
		self.journal.write(id=id, what=operation, arguments=arguments)
		return self._told(id, lambda: self.call(operation, key=id, **arguments))

	def _told(self, id: str, work: Callable[[], Any]) -> Any:
		try:
			answer = work()
		except InventoryError as error:
			self.journal.write(id=id, refused=error.code)
			return None
		self.journal.write(id=id, told=answer)
		return answer

	def _next(self, kind: str) -> str:
		self.count += 1
		return f"{self.name}-{self.count}-{kind}"

	def _item(self) -> str:
		return self.chance.choice(self.stock.items)


class PostingWorker(Worker):
	"""One at the platform itself, that posts to the books too."""

	def __init__(self, platform: Platform, *args: Any):
		super().__init__(*args, platform.call)
		self.platform = platform

	def step(self) -> None:
		kinds = (super().step, self.receive, self.deliver)
		self.chance.choices(kinds, (6, 1, 1))[0]()

	def receive(self) -> None:
		self._posting("receive", lambda line: asdict(self._patiently(lambda books: books.receive([line]))))

	def deliver(self) -> None:
		self._posting("deliver", self._delivered)

	def _delivered(self, line: PostingLine) -> dict[str, str]:
		order = self._patiently(lambda books: books.order(self.stock.customer, [line]))
		return asdict(self._patiently(lambda books: books.deliver(order)))

	def _patiently(self, post: Callable[[Books], Any]) -> Any:
		"""As an entry point does it: run again, whole, what the engine gave up."""
		for _ in range(20):
			try:
				with self.platform.context() as ctx:
					store = ctx.store
					return post(ctx.books)
			except Exception as error:
				if not store.is_transient(error):
					raise
		raise AssertionError("contention did not end")

	def _posting(self, what: str, post: Callable[[PostingLine], Any]) -> None:
		id, item, qty = self._next(what), self._item(), self.chance.randint(1, 5)
		self.journal.write(id=id, what=what, arguments={"item_code": item, "qty": qty})
		line = PostingLine(item, self.stock.warehouse, Decimal(qty), Decimal(10))
		self._told(id, lambda: post(line))


# workers as processes


def nursery(make_platform: Callable[[], Platform], warm_up: Callable[[], None], orders: Any) -> None:
	"""A process that has all imports done and holds no connection: what it forks is at work in milliseconds."""
	warm_up()
	orders.send("ready")
	for worker, seed, stock, journal, unfinished in iter(orders.recv, None):
		pid = os.fork()
		if not pid:
			try:
				chance = random.Random(seed)
				made = PostingWorker(make_platform(), worker, stock, Journal(journal), chance)
				made.repeat(unfinished)
				while True:
					made.step()
			except BaseException as error:
				Journal(journal.with_suffix(".died")).write(error=repr(error))
			finally:
				os._exit(1)
		orders.send(pid)
		orders.recv()
		os.waitpid(pid, 0)
		orders.send("reaped")


@contextmanager
def nurseries(
	number: int, make_platform: Callable[[], Platform], warm_up: Callable[[], None]
) -> Iterator[list[Any]]:
	"""The ends of the pipes to as many nurseries, each of which raises one worker at a time."""
	context = multiprocessing.get_context("spawn")
	pipes = [context.Pipe() for _ in range(number)]
	processes = [
		context.Process(target=nursery, args=(make_platform, warm_up, theirs), daemon=True)
		for _, theirs in pipes
	]
	started = []
	try:
		# one after another: ERPNext deadlocks where two make a warehouse, a node of its tree, at once
		for process, (ours, _) in zip(processes, pipes, strict=True):
			process.start()
			started.append((process, ours))
			assert ours.poll(120)
			assert ours.recv() == "ready"
		yield [ours for ours, _ in pipes]
	finally:
		for process, ours in started:
			ours.send(None)
			process.join(30)
			process.kill()


@dataclass
class Life:
	"""One worker's: its process and its journal."""

	pid: int
	journal: Journal


def kill_often(
	pens: list[Any], stock: Stock, folder: Path, seed: int, kills: int, longest: float
) -> list[Journal]:
	"""Kill one of the workers at a random moment, let another take over, ``kills`` times; answers their journals.

	``longest``: the most seconds between two kills.
	"""
	chance = random.Random(seed)
	journals: list[Journal] = []

	def start(pen: Any, unfinished: list[Asked]) -> Life:
		name = f"w{seed}-{len(journals)}"
		journal = Journal(folder / name)
		journals.append(journal)
		pen.send((name, chance.random(), stock, journal.path, unfinished))
		return Life(pen.recv(), journal)

	lives = [start(pen, []) for pen in pens]
	for _ in range(kills):
		time.sleep(chance.uniform(0, longest))
		n = chance.randrange(len(pens))
		lives[n] = start(pens[n], repeatable(_kill(pens[n], lives[n])))
	# the last are killed too; what they left is repeated by whoever judges
	for pen, life in zip(pens, lives, strict=True):
		_kill(pen, life)
	died = [p.read_text() for p in sorted(folder.glob("*.died"))]
	assert not died, died
	return journals


def _kill(pen: Any, life: Life) -> Journal:
	os.kill(life.pid, signal.SIGKILL)
	pen.send("reap")
	pen.recv()
	return life.journal


def repeatable(journal: Journal) -> list[Asked]:
	return [asked for asked in journal.read().values() if asked.open and "." in asked.what]


# callers over HTTP, while the database is killed


class Http:
	"""A door that is knocked at until it answers: what could not be done is sent again under the same key."""

	def __init__(self, url: str, headers: dict[str, str], outcomes: Counter[str]):
		self.url, self.outcomes = url + "/api/method/inventory_midplatform.api.v1.", outcomes
		self.session = requests.Session()
		self.session.headers.update(headers)

	def __call__(self, operation: str, /, *, key: str = "", **arguments: Any) -> Any:
		until = time.monotonic() + PATIENCE
		while time.monotonic() < until:
			headers = {"Idempotency-Key": key} if key else {}
			answer = self.session.post(self.url + operation, json=arguments, headers=headers, timeout=60)
			try:
				body = answer.json()
			except ValueError:
				trace = "Traceback" in answer.text
				self.outcomes[f"{answer.status_code} page{' with a traceback' if trace else ''}"] += 1
				time.sleep(0.1)
				continue
			if answer.status_code == 200:
				self.outcomes["200"] += 1
				return body["message"]
			error = body.get("error") or {"code": f"without our shape: {answer.text[:200]}", "message": ""}
			self.outcomes[f"{answer.status_code} {error['code']}"] += 1
			if answer.status_code < 500 and error["code"] != "busy":
				raise InventoryError("{sentence}", code=error["code"], sentence=error["message"])
			time.sleep(0.1)
		raise AssertionError(f"{operation} was not answered within {PATIENCE} s: {dict(self.outcomes)}")


def endure(
	doors: list[Http], stock: Stock, folder: Path, seed: int, kill: Callable[[], None], kills: int
) -> list[Journal]:
	"""A worker at each door, while ``kill`` kills the database and returns when it is back; answers their journals."""
	over, chance = threading.Event(), random.Random(seed)

	def work(n: int) -> Journal:
		name = f"h{seed}-{n}"
		worker = Worker(name, stock, Journal(folder / name), random.Random(seed + n), doors[n])
		while not over.is_set():
			worker.step()
		return worker.journal

	with ThreadPoolExecutor(len(doors)) as pool:
		working = [pool.submit(work, n) for n in range(len(doors))]
		try:
			for _ in range(kills):
				time.sleep(chance.uniform(0.5, 1.5))
				kill()
			time.sleep(1)
		finally:
			over.set()
		return [future.result(PATIENCE) for future in working]


def kill_mariadb(pid_file: Path, answers: Callable[[], bool]) -> None:
	"""SIGKILL the server whose number is in this file, and wait until the one that takes its place answers."""
	os.kill(int(pid_file.read_text()), signal.SIGKILL)
	until = time.monotonic() + PATIENCE
	while time.monotonic() < until:
		time.sleep(0.2)
		if answers():
			return
	raise AssertionError("the database did not come back")

"""Workers that are killed in the middle of a call, and what they wrote down before and after each call.

A worker writes each call into its journal before it makes it, and the result or the error after it returned. The worker
that replaces a killed one repeats the calls that had no result, with the same idempotency key, as a client would.
``check_after_kills`` then compares the journals with what is stored.
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

CallOperation = Callable[..., Any]
"""``call(operation, key=…, **arguments)``: runs an operation of the API. Raises InventoryError."""

OPENING = 2000

TIMEOUT = 60
"""Seconds after which a database or a server that does not respond counts as broken."""


@dataclass(frozen=True)
class Stock:
	"""The stock the workers change: two items in one warehouse with two bins besides the Unplaced bin."""

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
class JournaledCall:
	"""A call as the journal has it, with its result or the code of its error."""

	id: str
	what: str
	"""An operation of the API, such as ``reservation.reserve``; or ``receive`` or ``deliver``, posted to the books."""
	arguments: dict[str, Any]
	result: Any = None
	error_code: str = ""

	@property
	def unfinished(self) -> bool:
		return self.result is None and not self.error_code

	@property
	def is_operation(self) -> bool:
		return "." in self.what


class Journal:
	"""A file that outlives its writer: each line is with the operating system when ``write`` returns. A kill during ``write`` may
	cut the last line off, at the end of a page of memory: it counts as not written."""

	def __init__(self, path: Path):
		self.path = path

	def write(self, **line: Any) -> None:
		file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
		try:
			os.write(file, (json.dumps(line) + "\n").encode())
		finally:
			os.close(file)

	def read(self) -> dict[str, JournaledCall]:
		calls: dict[str, JournaledCall] = {}
		if not self.path.exists():
			return calls
		*lines, _cut_off = self.path.read_text().split("\n")
		for line in lines:
			entry = json.loads(line)
			if "what" in entry:
				calls[entry["id"]] = JournaledCall(**entry)
			else:
				call = calls[entry.pop("id")]
				call.result, call.error_code = entry.get("result"), entry.get("error_code", "")
		return calls


class Worker:
	"""Makes random calls of the API and journals each. All have a key, so they can be repeated."""

	def __init__(self, name: str, stock: Stock, journal: Journal, chance: random.Random, call: CallOperation):
		self.name, self.stock, self.journal, self.chance, self.call = name, stock, journal, chance, call
		self.count = 0
		self.reserved: dict[str, int] = {}

	def repeat(self, unfinished: list[JournaledCall]) -> None:
		"""Make the calls again that a killed worker got no result of, each with its own key."""
		for call in unfinished:
			self.journal.write(id=call.id, what=call.what, arguments=call.arguments)
			self._journal_result(
				call.id, lambda call=call: self.call(call.what, key=call.id, **call.arguments)
			)  # type: ignore[misc]

	def step(self) -> None:
		kinds = (self.reserve, self.release, self.move)
		self.chance.choices(kinds, (5, 4, 2))[0]()

	def reserve(self) -> None:
		name = self._next("reservation")
		result = self._operation(
			"reservation.reserve",
			id=name,
			name=name,
			item_code=self._item(),
			warehouse=self.stock.warehouse,
			qty=self.chance.randint(1, 5),
		)
		if result:
			self.reserved[name] = result["reserved_qty"]

	def release(self) -> None:
		if not self.reserved:
			return
		name = self.chance.choice(sorted(self.reserved))
		qty = self.chance.randint(1, self.reserved[name])
		if self._operation("reservation.release", id=self._next("release"), name=name, qty=qty):
			self.reserved[name] -= qty
			if not self.reserved[name]:
				del self.reserved[name]

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
		return self._journal_result(id, lambda: self.call(operation, key=id, **arguments))

	def _journal_result(self, id: str, work: Callable[[], Any]) -> Any:
		try:
			result = work()
		except InventoryError as error:
			self.journal.write(id=id, error_code=error.code)
			return None
		self.journal.write(id=id, result=result)
		return result

	def _next(self, kind: str) -> str:
		self.count += 1
		return f"{self.name}-{self.count}-{kind}"

	def _item(self) -> str:
		return self.chance.choice(self.stock.items)


class PostingWorker(Worker):
	"""A worker in the platform's own process, which posts to the books too. Postings cannot be repeated."""

	def __init__(self, platform: Platform, *args: Any):
		super().__init__(*args, platform.call)
		self.platform = platform

	def step(self) -> None:
		kinds = (super().step, self.receive, self.deliver)
		self.chance.choices(kinds, (6, 1, 1))[0]()

	def receive(self) -> None:
		self._post("receive", lambda line: asdict(self._retried(lambda books: books.receive([line]))))

	def deliver(self) -> None:
		self._post("deliver", self._order_and_deliver)

	def _order_and_deliver(self, line: PostingLine) -> dict[str, str]:
		order = self._retried(lambda books: books.order(self.stock.customer, [line]))
		return asdict(self._retried(lambda books: books.deliver(order)))

	def _retried(self, post: Callable[[Books], Any]) -> Any:
		"""Run a transaction again, whole, after a deadlock, as the entry points do."""
		for _ in range(20):
			try:
				with self.platform.context() as ctx:
					store = ctx.store
					return post(ctx.books)
			except Exception as error:
				if not store.is_transient(error):
					raise
		raise AssertionError("contention did not end")

	def _post(self, what: str, post: Callable[[PostingLine], Any]) -> None:
		id, item, qty = self._next(what), self._item(), self.chance.randint(1, 5)
		self.journal.write(id=id, what=what, arguments={"item_code": item, "qty": qty})
		line = PostingLine(item, self.stock.warehouse, Decimal(qty), Decimal(10))
		self._journal_result(id, lambda: post(line))


# workers as processes


def fork_server(make_platform: Callable[[], Platform], warm_up: Callable[[], None], pipe: Any) -> None:
	"""Fork a worker on each order from the pipe, and wait for its end.

	The process has everything imported and no connection open, so a worker is at work within milliseconds.
	"""
	warm_up()
	pipe.send("ready")
	for worker, seed, stock, journal, unfinished in iter(pipe.recv, None):
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
		pipe.send(pid)
		pipe.recv()
		os.waitpid(pid, 0)
		pipe.send("reaped")


@contextmanager
def fork_servers(
	number: int, make_platform: Callable[[], Platform], warm_up: Callable[[], None]
) -> Iterator[list[Any]]:
	"""Start so many fork servers, each of which runs one worker at a time; yields the pipes to them."""
	context = multiprocessing.get_context("spawn")
	pipes = [context.Pipe() for _ in range(number)]
	processes = [
		context.Process(target=fork_server, args=(make_platform, warm_up, child), daemon=True)
		for _, child in pipes
	]
	started = []
	try:
		# one after another: ERPNext deadlocks where two make a warehouse, a node of its tree, at once
		for process, (pipe, _) in zip(processes, pipes, strict=True):
			process.start()
			started.append((process, pipe))
			assert pipe.poll(120)
			assert pipe.recv() == "ready"
		yield [pipe for pipe, _ in pipes]
	finally:
		for process, pipe in started:
			pipe.send(None)
			process.join(30)
			process.kill()


@dataclass
class WorkerProcess:
	pid: int
	journal: Journal


def kill_repeatedly(
	pipes: list[Any], stock: Stock, folder: Path, seed: int, kills: int, longest: float
) -> list[Journal]:
	"""Kill a worker at a random moment and start another in its place, ``kills`` times; returns all journals.

	``longest``: the most seconds between two kills.
	"""
	chance = random.Random(seed)
	journals: list[Journal] = []

	def start(pipe: Any, unfinished: list[JournaledCall]) -> WorkerProcess:
		name = f"w{seed}-{len(journals)}"
		journal = Journal(folder / name)
		journals.append(journal)
		pipe.send((name, chance.random(), stock, journal.path, unfinished))
		return WorkerProcess(pipe.recv(), journal)

	workers = [start(pipe, []) for pipe in pipes]
	for _ in range(kills):
		time.sleep(chance.uniform(0, longest))
		n = chance.randrange(len(pipes))
		workers[n] = start(pipes[n], repeatable(_kill(pipes[n], workers[n])))
	# the last are killed too; the check afterwards repeats their unfinished calls
	for pipe, worker in zip(pipes, workers, strict=True):
		_kill(pipe, worker)
	died = [p.read_text() for p in sorted(folder.glob("*.died"))]
	assert not died, died
	return journals


def _kill(pipe: Any, worker: WorkerProcess) -> Journal:
	os.kill(worker.pid, signal.SIGKILL)
	pipe.send("reap")
	pipe.recv()
	return worker.journal


def repeatable(journal: Journal) -> list[JournaledCall]:
	return [call for call in journal.read().values() if call.unfinished and call.is_operation]


# callers over HTTP, while the database is killed


class RetryingClient:
	"""Calls operations over HTTP, and sends a call again under the same key until it has a result or an error of ours."""

	def __init__(self, url: str, headers: dict[str, str], responses: Counter[str]):
		self.url, self.responses = url + "/api/method/inventory_midplatform.api.v1.", responses
		self.session = requests.Session()
		self.session.headers.update(headers)

	def __call__(self, operation: str, /, *, key: str = "", **arguments: Any) -> Any:
		until = time.monotonic() + TIMEOUT
		while time.monotonic() < until:
			headers = {"Idempotency-Key": key} if key else {}
			response = self.session.post(self.url + operation, json=arguments, headers=headers, timeout=60)
			try:
				body = response.json()
			except ValueError:
				trace = "Traceback" in response.text
				self.responses[f"{response.status_code} page{' with a traceback' if trace else ''}"] += 1
				time.sleep(0.1)
				continue
			if response.status_code == 200:
				self.responses["200"] += 1
				return body["message"]
			error = body.get("error") or {"code": f"not our form: {response.text[:200]}", "message": ""}
			self.responses[f"{response.status_code} {error['code']}"] += 1
			if response.status_code < 500 and error["code"] != "busy":
				raise InventoryError("{sentence}", code=error["code"], sentence=error["message"])
			time.sleep(0.1)
		raise AssertionError(f"{operation} had no result within {TIMEOUT} s: {dict(self.responses)}")


def work_through_outages(
	clients: list[RetryingClient], stock: Stock, folder: Path, seed: int, kill: Callable[[], None], kills: int
) -> list[Journal]:
	"""Run a worker on each client while ``kill`` kills the database and returns when it is back; returns their journals."""
	over, chance = threading.Event(), random.Random(seed)
	names = [f"h{seed}-{n}" for n in range(len(clients))]
	workers = [
		Worker(name, stock, Journal(folder / name), random.Random(seed + n), clients[n])
		for n, name in enumerate(names)
	]

	def work(worker: Worker) -> Journal:
		while not over.is_set():
			worker.step()
		return worker.journal

	def wait_for_calls(number: int) -> None:
		"""Wait until the workers made so many calls more, on a slow machine too."""
		until, calls = time.monotonic() + TIMEOUT, sum(worker.count for worker in workers) + number
		while sum(worker.count for worker in workers) < calls and time.monotonic() < until:
			time.sleep(0.05)

	with ThreadPoolExecutor(len(workers)) as pool:
		working = [pool.submit(work, worker) for worker in workers]
		try:
			for _ in range(kills):
				wait_for_calls(30)
				time.sleep(chance.uniform(0.2, 1))
				kill()
			wait_for_calls(100)
		finally:
			over.set()
		return [future.result(TIMEOUT) for future in working]


def kill_mariadb(pid_file: Path, is_back: Callable[[], bool]) -> None:
	"""SIGKILL the server whose process number is in this file, and wait until it was started again and ``is_back``."""
	os.kill(int(pid_file.read_text()), signal.SIGKILL)
	until = time.monotonic() + TIMEOUT
	while time.monotonic() < until:
		time.sleep(0.2)
		if is_back():
			return
	raise AssertionError("the database did not come back")

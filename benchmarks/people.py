"""Pickers, packers and clerks as HTTP clients: each a thread with a connection of its own, at a pace or as fast as it goes."""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

PATH = "/api/method/inventory_midplatform.api.v1."
LONGEST_CALL = 120
"""Seconds after which a call counts as an error."""


@dataclass
class Log:
	"""The calls of all clients: operation → (when it was sent, seconds until its answer)."""

	calls: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
	errors: list[str] = field(default_factory=list)
	late: list[float] = field(default_factory=list)
	"""Of each step with a time of its own: how many seconds after it the step was taken."""
	_lock: threading.Lock = field(default_factory=threading.Lock)

	def note(self, what: str, sent: float, seconds: float, error: str = "") -> None:
		with self._lock:
			self.calls[what].append((sent, seconds))
			if error:
				self.errors.append(f"{what}: {error}")

	def seconds(self, what: str) -> list[float]:
		return sorted(seconds for _, seconds in self.calls[what])

	def done(self, what: str) -> int:
		return len(self.calls[what])


def percentile(samples: Sequence[float], share: float) -> float:
	"""Return the sample that ``share`` of the sorted samples are not above; zero where there is none."""
	return samples[max(int(len(samples) * share + 0.999999) - 1, 0)] if samples else 0.0


class Refused(Exception):
	"""The server answered with another status than 200; noted in the log already."""


class Client:
	"""One person's device. The server may close its connection, as Frappe's workers do; then it opens another."""

	def __init__(self, url: str, headers: Mapping[str, str], log: Log):
		self.url, self.log = url, log
		self.session = requests.Session()
		self.session.headers.update(headers)

	def call(self, operation: str, **payload: Any) -> Any:
		"""Call an operation as the page does, with a key of its own. Raises Refused."""
		key = {"Idempotency-Key": uuid.uuid4().hex}
		return self.send(operation, "POST", PATH + operation, json=payload, headers=key)["message"]

	def send(self, what: str, method: str, path: str, **request: Any) -> Any:
		"""Send a request, noted as ``what``; returns its JSON. Raises Refused."""
		sent = time.monotonic()
		try:
			response = self.session.request(method, self.url + path, timeout=LONGEST_CALL, **request)
		except requests.RequestException as error:
			self.log.note(what, sent, time.monotonic() - sent, repr(error)[:300])
			raise Refused(what) from error
		seconds = time.monotonic() - sent
		if response.status_code != 200:
			self.log.note(what, sent, seconds, f"{response.status_code} {response.text[:300]}")
			raise Refused(what)
		self.log.note(what, sent, seconds)
		return response.json()


class Pace:
	"""Gives each step its time: so many a second, shared by all who keep it, for a stated time."""

	def __init__(self, a_second: float | None, seconds: float):
		"""``a_second`` None for as fast as it goes."""
		self.a_second, self.seconds = a_second, seconds
		self.number = 0
		self._started: float | None = None
		self._lock = threading.Lock()

	def next(self, log: Log) -> bool:
		"""Wait for the time of the next step; return False when the stated time is over."""
		with self._lock:
			now = time.monotonic()
			self._started = started = self._started or now
			slot = started + (self.number / self.a_second if self.a_second else 0)
			if max(slot, now) >= started + self.seconds:
				return False
			self.number += 1
		if self.a_second:
			log.late.append(max(now - slot, 0.0))
			time.sleep(max(slot - now, 0))
		return True


class Pile:
	"""What several people take from, one after the other."""

	def __init__(self, things: Sequence[Any]):
		self.things, self.number = list(things), 0
		self._lock = threading.Lock()

	def take(self) -> Any:
		"""Return the next thing, or None when all are taken."""
		with self._lock:
			if self.number == len(self.things):
				return None
			self.number += 1
			return self.things[self.number - 1]


def pick(client: Client, wave: str, picks: Pile, pace: Pace) -> None:
	"""Go from bin to bin in walking order and pick for the whole wave."""
	while pace.next(client.log) and (p := picks.take()):
		about = {"item_code": p["item_code"], "bin": p["bin"], "qty": p["qty"]}
		client.call("wave.pick", name=wave, brief=True, **about)


def pack(client: Client, wave: str, pieces: Pile, pace: Pace) -> None:
	"""Scan piece after piece at the pack station; pack and ship each order that is complete with it."""
	while pace.next(client.log) and (item := pieces.take()):
		sent = time.monotonic()
		scanned = client.call("pack.scan", wave=wave, code=item)["data"]
		if scanned["complete"]:
			client.log.note("the last scan of an order", sent, time.monotonic() - sent)
			client.call("pack.pack", name=scanned["name"])
			client.call("outbound.ship", name=scanned["name"])


def release(client: Client, wave: str, after: float) -> None:
	"""Release a wave ``after`` so many seconds."""
	time.sleep(after)
	client.call("wave.release", name=wave)


def deliver(client: Client, orders: Pile, pace: Pace) -> None:
	"""Make and submit a Delivery Note of an order as ERPNext's form does."""
	make = "erpnext.selling.doctype.sales_order.sales_order.make_delivery_note"
	while pace.next(client.log) and (order := orders.take()):
		began = time.monotonic()
		made = client.send("make", "POST", f"/api/method/{make}", json={"source_name": order})["message"]
		note = client.send("insert", "POST", "/api/resource/Delivery Note", json=made)["data"]
		client.log.note("make and insert", began, time.monotonic() - began)
		client.send("submit", "POST", "/api/method/frappe.client.submit", json={"doc": note})
		client.log.note("Delivery Note", began, time.monotonic() - began)


Person = Callable[[], None]


def work(people: Sequence[Person], meanwhile: Callable[[], None] | None = None, every: float = 1.0) -> None:
	"""Let people work until all are done, and call ``meanwhile`` again and again. Raises what one of them raised."""
	broken: list[BaseException] = []

	def guarded(person: Person) -> None:
		try:
			person()
		except Refused:
			pass  # noted, and measured as an error
		except BaseException as error:
			broken.append(error)

	threads = [threading.Thread(target=guarded, args=(person,)) for person in people]
	for thread in threads:
		thread.start()
	for thread in threads:
		while thread.is_alive():
			thread.join(every)
			if meanwhile:
				meanwhile()
	if broken:
		raise broken[0]

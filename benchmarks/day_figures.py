"""What people at work measured, as figures; a call that failed ends the part."""

from collections.abc import Sequence

from benchmarks.day import Measured
from benchmarks.figures import Figure, Part, short, span
from benchmarks.lock_waits import LockWaits
from benchmarks.people import Log, percentile

AIM_MS = 500
RELEASE_AIM = 10
LITTLE_WAITING = 600
"""Milliseconds a minute, all waits together: of so little it does not matter whether it grows."""

SCANS = ("pack.scan", "wave.pick")
LAST = "the last scan of an order"
BESIDE = {"pack.pack": "make and insert", "outbound.ship": "submit"}
"""What ERPNext alone does for the same."""


def require_no_errors(*logs: Log) -> None:
	"""Raise RuntimeError where a call failed."""
	errors = [error for log in logs for error in log.errors]
	if errors:
		raise RuntimeError(f"{len(errors)} calls failed: {errors[:5]}")


def milliseconds(samples: Sequence[float]) -> str:
	p50, p95, p99 = (percentile(samples, share) * 1000 for share in (0.5, 0.95, 0.99))
	return f"{short(p95)} ms (p50 {short(p50)}, p99 {short(p99)}; {len(samples)} calls)"


def add_day(part: Part, what: str, here: Measured, beside: Measured | None = None) -> None:
	"""Add the figures of a day beside those of plain Delivery Notes. Raises RuntimeError where a call failed."""
	for measured in (here, beside):
		if measured:
			require_no_errors(measured.before, measured.paced, measured.flat_out)
	for operation in (*SCANS, LAST, "pack.pack", "outbound.ship"):
		samples = here.paced.seconds(operation)
		p95 = percentile(samples, 0.95) * 1000
		title = f"{what}: {operation if operation == LAST else f'`{operation}`'}, 95th percentile"
		figure = Figure(title, here.size, milliseconds(samples), samples={"here s": samples})
		if operation in SCANS:
			figure.aim, figure.met = f"< {AIM_MS} ms", bool(samples) and p95 < AIM_MS
		if beside and operation in BESIDE:
			plain = beside.paced.seconds(BESIDE[operation])
			figure.beside = f"Delivery Note, {BESIDE[operation]} {milliseconds(plain)}"
			figure.ratio = p95 / (percentile(plain, 0.95) * 1000)
			figure.samples["beside s"] = plain
		part.add(figure)
	_work(part, what, here, beside)
	_waits(part, what, here, beside)
	late = percentile(sorted(here.paced.late), 0.95)
	picks = milliseconds(here.before.seconds("wave.pick"))
	part.notes.append(f"{what}: {here.notes}; steps {short(late)} s late (p95); picks flat out {picks}")
	print("  " + part.notes[-1], flush=True)


def an_hour(measured: Measured, what: str) -> float:
	return measured.flat_out.done(what) * 3600 / measured.rush


def _work(part: Part, what: str, here: Measured, beside: Measured | None) -> None:
	rate = an_hour(here, "outbound.ship")
	title = f"{what}: scanned, packed and shipped by 5 packers without a pause"
	figure = Figure(title, f"for {here.rush:.0f} s", f"{rate:,.0f} parcels/h")
	if beside:
		plain = an_hour(beside, "Delivery Note")
		figure.beside = f"Delivery Notes made and submitted by 5 clerks {plain:,.0f}/h"
		figure.ratio = rate / plain
	part.add(figure)


def _waits(part: Part, what: str, here: Measured, beside: Measured | None) -> None:
	figure = Figure(f"{what}: waiting for locks, minute by minute", here.size, _by_minute(here.waits))
	minutes = [minute["Innodb_row_lock_time"] for minute in here.waits.by_minute()]
	figure.aim, figure.met = "not growing", minutes[-1] <= max(LITTLE_WAITING, 2 * minutes[0])
	figure.beside = f"Delivery Notes {_by_minute(beside.waits)}" if beside else ""
	part.add(figure)


def _by_minute(waits: LockWaits) -> str:
	minutes = waits.by_minute()
	waited = ", ".join(short(m["Innodb_row_lock_time"]) for m in minutes)
	return f"{waited} ms; {sum(m['Innodb_deadlocks'] for m in minutes):.0f} deadlocks"


def add_release(part: Part, day: Measured, alone: Log, orders: int) -> None:
	"""Add how long the release of waves took: small ones alone, and large ones, the last of them while people scan."""
	require_no_errors(alone)
	times = alone.seconds("wave.release")
	figure = Figure("`wave.release` over HTTP", f"{orders} orders of 3 lines", span(times))
	figure.aim, figure.met = f"≤ {RELEASE_AIM} s", max(times) <= RELEASE_AIM
	part.add(figure)
	large, during = day.before.seconds("wave.release"), day.paced.seconds("wave.release")
	text = f"{span(large)}; while others scan {span(during)}"
	part.add(Figure("`wave.release` of a fifth of the day", day.notes, text))

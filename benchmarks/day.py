"""One peak hour: a wave is packed and shipped while the next is picked and a third is released. Over HTTP, on any platform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks import parcels, people
from benchmarks.lock_waits import LockWaits
from benchmarks.parcels import Parcel
from benchmarks.people import Client, Log, Pace, Pile

PICKERS, PACKERS = 8, 5


@dataclass
class Measured:
	"""What one side did: at the pace, and as fast as it goes for ``rush`` seconds."""

	waits: LockWaits
	rush: float
	before: Log = field(default_factory=Log)
	paced: Log = field(default_factory=Log)
	flat_out: Log = field(default_factory=Log)
	size: str = ""
	notes: str = ""


@dataclass
class Team:
	"""Keys of the people."""

	pickers: Sequence[str]
	packers: Sequence[str]
	lead: str


@dataclass
class Day:
	"""A day's orders in a warehouse, and in how many waves they are picked. ``tasks`` are their Outbound Orders."""

	warehouse: str
	parcels: Sequence[Parcel]
	tasks: Sequence[str]
	waves: int

	def part(self, number: int) -> slice:
		"""Return which orders are in a wave."""
		each = -(-len(self.tasks) // self.waves)
		return slice(number * each, (number + 1) * each)


def peak_hour(
	day: Day,
	team: Team,
	client: Callable[[str, Log], Client],
	waits: LockWaits,
	a_second: float,
	seconds: float,
) -> Measured:
	"""Work ``a_second`` parcels a second for the stated time, then pack half as long as fast as it goes.

	The first wave is released and picked before; of that only the times are noted.
	"""
	measured = Measured(waits, seconds / 2)
	lead = client(team.lead, measured.before)
	names = [
		lead.call("wave.create", warehouse=day.warehouse, names=list(day.tasks[day.part(n)]))["data"]["name"]
		for n in range(day.waves)
	]
	first, second = (lead.call("wave.release", name=name)["data"]["picks"] for name in names[:2])
	everything = Pile(first)
	people.work(
		[
			partial(people.pick, client(key, measured.before), names[0], everything, Pace(None, 3600))
			for key in team.pickers
		]
	)
	lead.call("wave.finish_picking", name=names[0])
	packed = day.parcels[day.part(0)]
	pieces, picks = Pile(parcels.piles(packed)), Pile(second)
	scans = a_second * len(pieces.things) / len(packed)
	picking = Pace(a_second * len(second) / len(day.parcels[day.part(1)]), seconds)
	packing, rushing = Pace(scans, seconds), Pace(None, seconds / 2)
	waits.begin()
	people.work(
		[
			*(
				partial(people.pick, client(k, measured.paced), names[1], picks, picking)
				for k in team.pickers
			),
			*(
				partial(people.pack, client(k, measured.paced), names[0], pieces, packing)
				for k in team.packers
			),
			partial(people.release, client(team.lead, measured.paced), names[2], seconds / 2),
		],
		waits.look,
	)
	waits.stop()
	people.work(
		[partial(people.pack, client(k, measured.flat_out), names[0], pieces, rushing) for k in team.packers]
	)
	measured.size = (
		f"{len(day.tasks):,} parcels, {sum(len(p.lines) for p in day.parcels):,} lines, {day.waves} waves;"
		f" {a_second * 3600:,.0f} parcels, {scans * 3600:,.0f} scans an hour for {seconds:.0f} s"
	)
	measured.notes = (
		f"a wave of {len(packed):,} parcels has {len(first)} picks and {len(pieces.things):,} pieces"
	)
	return measured

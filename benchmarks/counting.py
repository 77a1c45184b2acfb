"""How many SQL statements a scan is, and where its time goes: in one process on a site, without HTTP."""

from collections.abc import Callable
from typing import Any

from benchmarks.at_site import Queries
from benchmarks.figures import Figure, Part, profile
from inventory_midplatform.tests.site_platform import SitePlatform


def add_steps(part: Part, wave: str) -> None:
	"""Go once through a released wave: count the statements of each step, and profile the next of its kind."""
	platform = SitePlatform()
	seen: dict[str, int] = {}

	def step(title: str, operation: str, **arguments: Any) -> Any:
		found: list[Any] = []

		def call() -> None:
			found.append(platform.call(operation, **arguments))

		if title in seen and title not in part.profiles:
			part.profiles[title] = profile(call, lines=25)
		else:
			with Queries() as queries:
				call()
			seen.setdefault(title, queries.count)
		return found[0]

	data = platform.call("wave.get", name=wave)
	for p in data["picks"]:
		if not p["done"]:
			about = {"item_code": p["item_code"], "bin": p["bin"], "qty": p["qty"]}
			step("wave.pick", "wave.pick", name=wave, **about)
	step("wave.finish_picking", "wave.finish_picking", name=wave)
	for order in data["orders"][:4]:
		_pack(step, platform.call("pack.get", name=order["name"]))
	for title, count in seen.items():
		part.add(Figure(f"`{title}`, SQL statements", "", str(count)))


def _pack(step: Callable[..., Any], order: dict[str, Any]) -> None:
	pieces = [line["item_code"] for line in order["lines"] for _ in range(int(line["picked_qty"]))]
	for n, item in enumerate(pieces, 1):
		title = "pack.scan" if n < len(pieces) else "pack.scan, the last of an order"
		step(title, "pack.scan", wave=order["wave"], code=item)
	step("pack.pack", "pack.pack", name=order["name"])
	step("outbound.ship", "outbound.ship", name=order["name"])

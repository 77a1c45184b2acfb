"""Report the result of an import, as data and as text."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.importing.adventureworks import Extract
from inventory_midplatform.importing.plan import Period
from inventory_midplatform.importing.reading import Finding
from inventory_midplatform.ports import Context

KINDS = ("opening", "purchased", "returned", "produced", "ordered", "delivered")
EXAMPLES = 5


@dataclass(frozen=True)
class Refused:
	"""A document that the books refused, and why."""

	kind: str
	reference: str
	code: str
	reason: str
	lines: int


@dataclass
class Tally:
	"""What was posted, by kind (``KINDS``): documents, their lines, and pieces by item."""

	documents: Counter[str] = field(default_factory=Counter)
	lines: Counter[str] = field(default_factory=Counter)
	pieces: dict[str, dict[str, Decimal]] = field(
		default_factory=lambda: defaultdict(lambda: defaultdict(lambda: ZERO))
	)
	refused: list[Refused] = field(default_factory=list)
	masters: Counter[str] = field(default_factory=Counter)
	left_as_they_were: int = 0
	continued: bool = False

	def count(self, kind: str, quantities: Sequence[tuple[str, Decimal]]) -> None:
		self.documents[kind] += 1
		self.lines[kind] += len(quantities)
		for item_code, qty in quantities:
			self.pieces[kind][item_code] += qty

	def refuse(self, kind: str, reference: str, code: str, reason: str, lines: int) -> None:
		self.refused.append(Refused(kind, reference, code, reason, lines))

	def add(self, other: "Tally") -> None:
		self.documents.update(other.documents)
		self.lines.update(other.lines)
		self.refused += other.refused
		for kind, by_item in other.pieces.items():
			for item_code, qty in by_item.items():
				self.pieces[kind][item_code] += qty

	def to_json(self) -> str:
		"""Return what was posted as short JSON."""
		pieces = {
			kind: {item: to_text(qty) for item, qty in by_item.items()}
			for kind, by_item in self.pieces.items()
		}
		data = {
			"documents": dict(self.documents),
			"lines": dict(self.lines),
			"pieces": pieces,
			"refused": [asdict(r) for r in self.refused],
		}
		return json.dumps({k: v for k, v in data.items() if v}, ensure_ascii=False, separators=(",", ":"))

	@classmethod
	def from_json(cls, text: str) -> "Tally":
		data = json.loads(text)
		tally = cls(Counter(data.get("documents", {})), Counter(data.get("lines", {})))
		for kind, by_item in data.get("pieces", {}).items():
			tally.pieces[kind].update({item: Decimal(qty) for item, qty in by_item.items()})
		tally.refused = [Refused(**r) for r in data.get("refused", ())]
		return tally


@dataclass(frozen=True)
class FinalState:
	"""The warehouse after the import. Quantities in pieces, by item code."""

	on_hand: dict[str, Decimal]
	order_lines: dict[str, int]
	"""Status of the reservation → order lines."""
	reserved: dict[str, Decimal]
	waiting: dict[str, Decimal]
	waiting_lines: dict[str, int]
	waiting_orders: int


def final_state(ctx: Context, warehouse: str, item_codes: Mapping[str, str]) -> FinalState:
	"""Read the state of a warehouse; ``item_codes`` are the extract's codes by the books' names."""
	params = {"warehouse": warehouse}
	of_orders = (
		"FROM `tabInventory Reservation` WHERE warehouse = %(warehouse)s AND demand_type = 'Sales Order'"
	)
	positions = ctx.store.rows(
		"SELECT item_code, on_hand FROM `tabStock Position` WHERE warehouse = %(warehouse)s ORDER BY item_code",
		params,
	)
	statuses = ctx.store.rows(f"SELECT status, COUNT(*) AS n {of_orders} GROUP BY status", params)
	open_ = ctx.store.rows(
		"SELECT item_code, COUNT(*) AS n, SUM(reserved_qty) AS reserved, SUM(waiting_qty) AS waiting,"
		f" SUM(CASE WHEN waiting_qty > 0 THEN 1 ELSE 0 END) AS waiting_lines {of_orders}"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting') GROUP BY item_code ORDER BY item_code",
		params,
	)
	orders = ctx.store.rows(
		f"SELECT COUNT(DISTINCT demand_name) AS n {of_orders} AND waiting_qty > 0", params
	)
	return FinalState(
		on_hand={item_codes.get(r["item_code"], r["item_code"]): from_store(r["on_hand"]) for r in positions},
		order_lines={r["status"]: int(r["n"]) for r in statuses},
		reserved={item_codes[r["item_code"]]: from_store(r["reserved"]) for r in open_ if r["reserved"]},
		waiting={item_codes[r["item_code"]]: from_store(r["waiting"]) for r in open_ if r["waiting"]},
		waiting_lines={
			item_codes[r["item_code"]]: int(r["waiting_lines"]) for r in open_ if r["waiting_lines"]
		},
		waiting_orders=int(orders[0]["n"]),
	)


@dataclass(frozen=True)
class Report:
	"""The result of one import."""

	extract: Extract
	period: Period
	company: str
	warehouse: str
	tally: Tally
	state: FinalState
	verify: dict[str, Any]

	@property
	def ok(self) -> bool:
		return bool(self.verify["ok"])

	def as_dict(self) -> dict[str, Any]:
		"""Return JSON values; quantities as numbers."""
		return {
			"company": self.company,
			"warehouse": self.warehouse,
			"first_day": self.period.first.isoformat(),
			"last_day": self.period.last.isoformat(),
			"continued": self.tally.continued,
			"files": self._files(),
			"outside_period": self._outside(),
			"valued_at": self._valued_at(),
			"masters": {**dict(self.tally.masters), "left as they were": self.tally.left_as_they_were},
			"posted": {
				kind: {
					"documents": self.tally.documents[kind],
					"lines": self.tally.lines[kind],
					"pieces": _number(sum(self.tally.pieces[kind].values(), ZERO)),
				}
				for kind in KINDS
			},
			"order_lines": self.state.order_lines,
			"orders_waiting": self.state.waiting_orders,
			"items": self._items(),
			"refused_by_the_books": [asdict(r) for r in self.tally.refused],
			"rejected": [asdict(f) for f in self.extract.rejected],
			"corrected": [asdict(f) for f in self.extract.corrected],
			"verify": {
				"ok": self.verify["ok"],
				"checked": self.verify["checked"],
				"findings": len(self.verify["findings"]) + self.verify["more"],
			},
		}

	def _files(self) -> list[dict[str, Any]]:
		rejected = Counter(f.file for f in self.extract.rejected)
		corrected = Counter((f.file, f.row) for f in self.extract.corrected)
		corrected_rows = Counter(file for file, _ in corrected)
		return [
			{
				"file": file,
				"rows": rows,
				"rejected": rejected[file],
				"corrected": corrected_rows[file],
				"loaded": rows - rejected[file],
			}
			for file, rows in self.extract.rows.items()
		]

	def _outside(self) -> dict[str, int]:
		has = self.period.has
		return {
			"purchase_lines.csv": sum(not has(p.received_on) for p in self.extract.purchases),
			"sales_lines.csv": sum(not has(s.order_date) for s in self.extract.sales),
			"returns.csv": sum(not has(r.returned_on) for r in self.extract.returns),
		}

	def _valued_at(self) -> dict[str, int]:
		return dict(Counter(self.extract.cost(code)[1] for code in self.extract.items))

	def _items(self) -> dict[str, dict[str, Any]]:
		"""Return every item that moved: opening + purchased + returned + produced − delivered = on hand."""
		moved = {code for by_item in self.tally.pieces.values() for code in by_item} | set(self.state.on_hand)
		return {
			code: {
				**{kind: _number(self.tally.pieces[kind].get(code, ZERO)) for kind in KINDS},
				"reserved": _number(self.state.reserved.get(code, ZERO)),
				"waiting": _number(self.state.waiting.get(code, ZERO)),
				"on_hand": _number(self.state.on_hand.get(code, ZERO)),
			}
			for code in sorted(moved)
		}

	def as_text(self) -> str:
		return "\n".join(self._text()) + "\n"

	def _text(self) -> Iterable[str]:
		data = self.as_dict()
		yield f"AdventureWorks in {self.warehouse}, {self.company}: {self.period.first} to {self.period.last}"
		if self.tally.continued:
			yield "Continued where an earlier run had stopped; both are counted."
		yield ""
		yield f"{'file':<22}{'rows':>9}{'loaded':>9}{'rejected':>10}{'corrected':>10}{'outside':>9}"
		for f in data["files"]:
			outside = data["outside_period"].get(f["file"], 0)
			yield f"{f['file']:<22}{f['rows']:>9,}{f['loaded']:>9,}{f['rejected']:>10,}{f['corrected']:>10,}{outside:>9,}"
		yield ""
		yield "Records made: " + ", ".join(
			f"{n:,} {doctype}" for doctype, n in sorted(self.tally.masters.items())
		)
		yield f"Records left as they were: {self.tally.left_as_they_were:,}"
		yield "Items valued at: " + ", ".join(f"{n:,} {source}" for source, n in data["valued_at"].items())
		yield ""
		yield f"{'posted':<22}{'documents':>12}{'lines':>12}{'pieces':>14}"
		for kind, p in data["posted"].items():
			yield f"{kind:<22}{p['documents']:>12,}{p['lines']:>12,}{p['pieces']:>14,}"
		yield ""
		yield "Order lines by reservation: " + ", ".join(
			f"{n:,} {s}" for s, n in sorted(self.state.order_lines.items())
		)
		yield from self._text_of_waiting()
		yield from _grouped("Rejected rows", self.extract.rejected)
		yield from _grouped("Corrected rows", self.extract.corrected)
		yield ""
		yield f"Documents the books refused: {len(self.tally.refused)}"
		for r in self.tally.refused[:EXAMPLES]:
			yield f"  {r.kind} {r.reference} ({r.lines} lines): {r.reason}"
		yield ""
		yield self._verified()

	def _text_of_waiting(self) -> Iterable[str]:
		lines, pieces = sum(self.state.waiting_lines.values()), sum(self.state.waiting.values(), ZERO)
		yield (
			f"Still waiting: {lines:,} lines of {self.state.waiting_orders:,} orders, {pieces:,} pieces of"
			f" {len(self.state.waiting):,} items"
		)
		for code, qty in sorted(self.state.waiting.items(), key=lambda kv: (-kv[1], kv[0]))[: 2 * EXAMPLES]:
			item = self.extract.items[code]
			source = "made" if item.made else "bought"
			yield f"  {code:<12} {qty:>7,} on {self.state.waiting_lines[code]:>6,} lines  {item.name} ({source})"

	def _verified(self) -> str:
		if self.ok:
			return f"ledger.verify finds nothing ({sum(self.verify['checked'].values()):,} rows checked)."
		wrong = [
			f"  {f['sentence']} {f['item_code']}: {f['expected']} ≠ {f['found']}"
			for f in self.verify["findings"]
		]
		return "\n".join([f"ledger.verify finds {len(wrong) + self.verify['more']}:", *wrong[: 4 * EXAMPLES]])

	def write(self, path: Path) -> tuple[Path, Path]:
		"""Write the text and the data (ending ``.json``) side by side; return both paths."""
		text, data = path.with_suffix(".txt"), path.with_suffix(".json")
		text.write_text(self.as_text(), encoding="utf-8")
		data.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent="\t") + "\n", encoding="utf-8")
		return text, data


def _grouped(title: str, findings: Sequence[Finding]) -> Iterable[str]:
	"""Yield findings grouped by file and reason, with a few example rows."""
	groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
	for finding in findings:
		groups[(finding.file, finding.code)].append(finding)
	yield ""
	yield f"{title}: {len(findings):,}"
	for (file, code), found in groups.items():
		yield f"  {len(found):,} × {code} in {file}"
		for finding in found[:EXAMPLES]:
			yield f"    row {finding.row}: {finding.reason}  [{finding.values}]"
		if len(found) > EXAMPLES:
			yield f"    … +{len(found) - EXAMPLES:,} in the JSON report"


def _number(value: Decimal) -> int | float:
	return int(value) if value == value.to_integral_value() else float(value)

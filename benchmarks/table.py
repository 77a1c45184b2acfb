"""The figures as a table."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

COLUMNS = ("what", "size", "here", "beside it", "ratio", "aim")
BETWEEN = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.S)


def rows(parts: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
	return [
		(
			f["what"],
			f["size"],
			f["here"],
			f["beside"] or "—",
			"—" if f["ratio"] is None else _ratio(f["ratio"]),
			(f["aim"] and f"{f['aim']}: {'met' if f['met'] else '**not met**'}") or "—",
		)
		for part in parts
		for f in part["figures"]
	]


def _ratio(ratio: float) -> str:
	return f"{ratio:,.0f}×" if ratio >= 20 else f"{ratio:.1f}×" if ratio >= 3 else f"{ratio:.2f}×"


def markdown(parts: Iterable[dict[str, Any]]) -> str:
	lines = [COLUMNS, ("---",) * len(COLUMNS), *rows(parts)]
	return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(parts: Iterable[dict[str, Any]]) -> str:
	lines: Sequence[tuple[str, ...]] = [COLUMNS, *rows(parts)]
	widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
	return "\n".join(
		"  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
		for line in lines
	)


def write(document: Path, machine: str, parts: Iterable[dict[str, Any]]) -> None:
	"""Put the figures between the document's two marks; the explanations around them are written by hand."""
	text = document.read_text(encoding="utf-8")
	block = f"{machine}\n\n{markdown(parts)}\n"
	document.write_text(BETWEEN.sub(lambda m: f"{m[1]}{block}{m[2]}", text), encoding="utf-8")

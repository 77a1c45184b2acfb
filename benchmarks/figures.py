"""Measure: repetitions, medians, and a profile of the call that takes the time."""

import cProfile
import gc
import io
import json
import pstats
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

MARK = "FIGURES "
"""The prefix of the line in which a part reports its figures to the runner."""


@dataclass
class Figure:
	"""A comparison, or a measurement without one."""

	what: str
	size: str
	here: str
	beside: str = ""
	ratio: float | None = None
	aim: str = ""
	met: bool | None = None
	samples: dict[str, list[float]] = field(default_factory=dict)
	"""Every single measurement, by side: seconds or a second, as ``here`` and ``beside`` say."""


@dataclass
class Part:
	"""The figures of one subject, with profiles that explain them."""

	name: str
	figures: list[Figure] = field(default_factory=list)
	profiles: dict[str, str] = field(default_factory=dict)
	notes: list[str] = field(default_factory=list)

	def add(self, figure: Figure) -> None:
		self.figures.append(figure)

	def report(self) -> None:
		print(MARK + json.dumps(asdict(self), ensure_ascii=False), flush=True)


def seconds(function: Callable[[], Any]) -> float:
	gc.collect()
	started = time.perf_counter()
	function()
	return time.perf_counter() - started


def repeated(times: int, function: Callable[[], Any]) -> list[float]:
	return [seconds(function) for _ in range(times)]


def middle(samples: list[float]) -> float:
	return median(samples)


def span(samples: list[float], unit: str = "s") -> str:
	"""Return the median, and in brackets the smallest and largest if there are several."""
	text = f"{short(median(samples))} {unit}"
	return text if len(samples) == 1 else f"{text} ({short(min(samples))}–{short(max(samples))})"


def short(number: float) -> str:
	"""Format with three digits: a noisy machine measures no more."""
	if number >= 100:
		return f"{number:,.0f}"
	return f"{number:.3g}"


def profile(function: Callable[[], Any], lines: int = 14) -> str:
	"""Return the functions in which one call spends most of its own time."""
	profiler = cProfile.Profile()
	profiler.runcall(function)
	text = io.StringIO()
	pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(lines)
	shortened = [
		re.sub(r"/\S*/((?:[\w.-]+/){0,2}[\w.-]+\.py)", r"\1", line) for line in text.getvalue().splitlines()
	]
	return "\n".join(line.rstrip() for line in shortened if line.strip() and "Ordered by" not in line)

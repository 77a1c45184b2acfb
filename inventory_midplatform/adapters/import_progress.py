"""An import as a command line shows it, on a site and standalone alike: progress bars, then the report."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from inventory_midplatform.importing.loading import Loading, Progress
from inventory_midplatform.importing.report import Report


def run(loading: Loading, report_path: Path) -> Report:
	"""Run it to its end; prints the report and writes it as ``report_path`` with the endings .txt and .json.

	Raises what :meth:`Loading.run` raises.
	"""
	for phase, commits in groupby(loading.run(), key=lambda progress: progress.phase):
		_show(phase, commits)
	report = loading.report
	assert report is not None
	click.echo(report.as_text())
	for path in report.write(report_path):
		click.echo(f"Written: {path}")
	return report


def _show(phase: str, commits: Iterator[Progress]) -> None:
	first = next(commits)
	with click.progressbar(length=first.total, label=phase) as bar:
		bar.update(first.done)
		for progress in commits:
			bar.update(progress.done - bar.pos)

"""Real input: another system's files become masters, stock and orders.

A package of its own beside the services: an importer is no capability of the platform but a client of it, which
does what a company's people would do, through the ports and the services alone. It imports `domain`, `ports`, `query`
and `services`; nobody but an adapter's entry point imports it.

	reading.py          a folder of CSV files, row by row, with what was left out and why
	adventureworks.py   what the AdventureWorks extract says, cleaned
	plan.py             what happens on which day
	masters.py          the records a person would have typed in first
	loading.py          carries the plan out, a step a transaction, from where an earlier run stopped
	report.py           what came of it, as data and as text
"""

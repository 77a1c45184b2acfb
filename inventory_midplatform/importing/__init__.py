"""Load real data: another system's files become masters, stock and orders.

An importer is not a capability of the platform but a client of it. It does what a company's people would do, through
the ports and the services. It imports `domain`, `ports`, `query` and `services`; only an adapter's entry point imports
it.

	reading.py          reads a folder of CSV files, and notes which rows were left out and why
	adventureworks.py   reads and cleans the AdventureWorks extract
	plan.py             decides what happens on which day
	masters.py          makes the records that a person would type in first
	loading.py          runs the plan, a step a transaction, and continues where an earlier run stopped
	report.py           reports the result, as data and as text
"""

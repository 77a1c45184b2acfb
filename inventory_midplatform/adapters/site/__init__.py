"""Frappe and ERPNext behind the ports, and the entry points a site calls: events, jobs, HTTP."""

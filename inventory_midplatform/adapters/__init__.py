"""What stands behind the ports: a Frappe site beside ERPNext, or one standalone process."""

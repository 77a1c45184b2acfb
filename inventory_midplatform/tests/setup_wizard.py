"""A site's setup, completed as the wizard does it: what ERPNext has for its own tests differs from release to release."""

import frappe
from frappe.utils import getdate


def complete() -> None:
	from erpnext.setup.utils import enable_all_roles_and_domains, set_defaults_for_tests
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	frappe.clear_cache()
	year = getdate().year
	setup_complete(
		{
			"full_name": "Test User",
			"email": "test@example.com",
			"password": frappe.generate_hash(),
			"language": "english",
			"country": "United States",
			"timezone": "America/New_York",
			"currency": "USD",
			"company_name": "Wind Power LLC",
			"company_abbr": "WP",
			"company_tagline": "Testing",
			"industry": "Manufacturing",
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
		}
	)
	enable_all_roles_and_domains()
	set_defaults_for_tests()
	frappe.db.commit()

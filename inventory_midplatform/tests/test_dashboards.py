"""Charts, number cards, dashboards and mailed reports: each reader sees their own warehouses, and costs only who may."""

import json
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk import query_report
from frappe.desk.doctype.dashboard.dashboard import get_permitted_cards, get_permitted_charts
from frappe.email.doctype.auto_email_report.auto_email_report import send_daily, send_now
from frappe.utils.dashboard import sync_dashboards

from inventory_midplatform.adapters.site import mail_pages, mailed_reports, number_cards, view_charts
from inventory_midplatform.inventory_midplatform.dashboard_chart_source.inventory_view import inventory_view
from inventory_midplatform.reporting.first_screen import CARDS
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.saved_views import _names
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_platform import SitePlatform
from inventory_midplatform.tests.test_user_permissions import MODULE, Limited

DASHBOARDS = ("Inventory Manager", "Storekeeper", "Buyer")


class TestDashboards(Limited):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		erp.issue(cls.item, cls.mine, 1)
		frappe.db.commit()
		waits = {"shortage_policy": "Partial", "demand_type": "Shop Order", "demand_name": "of mine"}
		SitePlatform().call("reservation.reserve", item_code=cls.item, warehouse=cls.mine, qty=99, **waits)
		cls.blind = erp.user(["Warehouse Operator"])
		erp.insert("User Permission", user=cls.blind, allow="Warehouse", for_value=cls.mine)
		frappe.db.commit()
		cls.charts = {
			name: json.loads(filters)
			for name, filters in frappe.get_all(
				"Dashboard Chart", {"module": MODULE}, ["name", "filters_json"], order_by="name", as_list=True
			)
		}
		cls.costly = {
			name
			for name, view in cls.charts.items()
			if any(MEASURES[measure].is_cost for measure in _names(view["measures"]))
		}

	def shown_to(self, user: str, name: str, **narrowed: str) -> dict[str, Any]:
		frappe.set_user(user)
		try:
			return inventory_view.get(name, json.dumps({**self.charts[name], **narrowed}))
		finally:
			frappe.set_user("Administrator")

	def test_a_chart_is_of_the_warehouses_of_who_looks(self) -> None:
		self.assertGreaterEqual(len(self.charts), 15)
		empty = []
		for name in self.charts:
			with self.subTest(chart=name):
				everything = self.shown_to("Administrator", name)
				mine = self.shown_to(self.storekeeper, name)
				own = self.shown_to("Administrator", name, warehouse=self.mine)
				for part in ("labels", "datasets", "sentence"):
					self.assertEqual(mine.get(part), own.get(part), part)
				self.assertNotIn(self.other, json.dumps(mine, default=str))
				foreign = self.shown_to(self.foreigner, name)
				self.assertEqual([foreign["labels"], bool(foreign["sentence"])], [None, True])
				if not everything["labels"]:
					empty.append(name)
		self.assertLessEqual(set(empty), {"What expires in the next 90 days?"})

	def test_costs_are_shown_to_nobody_else(self) -> None:
		frappe.set_user(self.blind)
		for name, view in self.charts.items():
			with self.subTest(chart=name):
				permitted = frappe.get_doc("Dashboard Chart", name).has_permission("read")
				shown = inventory_view.get(None, json.dumps(view))
				self.assertEqual(permitted, name not in self.costly)
				if name in self.costly:
					self.assertEqual([shown["labels"], shown["datasets"]], [None, []])
		for name, card in CARDS.items():
			with self.subTest(card=name):
				shown = number_cards.get(json.dumps({"card": name}))
				self.assertEqual("sentence" in shown, card.is_cost)
		for dashboard in DASHBOARDS:
			with self.subTest(dashboard=dashboard):
				charts = {row.chart for row in get_permitted_charts(dashboard)}
				self.assertTrue(charts)
				self.assertEqual(charts & self.costly, set())
				cards = {row.card for row in get_permitted_cards(dashboard)}
				self.assertEqual(cards & {"Stock Value", "Dead Stock Value"}, set())
				self.assertTrue(cards)

	def test_a_chart_says_what_the_books_say(self) -> None:
		shown = self.shown_to("Administrator", "Where is the stock value?", warehouse=self.mine)
		value = frappe.db.sql("SELECT SUM(stock_value) FROM `tabBin` WHERE warehouse = %s", self.mine)[0][0]
		self.assertEqual(shown["datasets"][0]["values"], [float(value)])
		self.assertGreater(value, 0)

	def test_a_card_is_the_length_of_the_list_that_it_opens(self) -> None:
		frappe.set_user(self.storekeeper)
		counted = 0
		for name in CARDS:
			card = number_cards.get({"card": name})
			if card["route"][0] == "List" and frappe.has_permission(card["route"][1]):
				with self.subTest(card=name):
					frappe.local.form_dict = frappe._dict()
					filters = [
						[field, *(how if isinstance(how, list) else ["=", how])]
						for field, how in card["route_options"].items()
					]
					listed = frappe.get_list(
						card["route"][1], filters, pluck="name", order_by="name", limit=0
					)
					self.assertEqual(card["value"], len(listed))
					counted += len(listed)
		self.assertGreater(counted, 0)

	def test_money_on_a_card_is_of_the_warehouses_of_who_looks(self) -> None:
		values = frappe.get_all("Bin", {"warehouse": self.mine}, pluck="stock_value", order_by="name")
		for user, value in ((self.storekeeper, sum(values)), (self.foreigner, 0)):
			frappe.set_user(user)
			self.assertEqual(number_cards.get({"card": "stock_value"})["value"], float(value))
			frappe.set_user("Administrator")

	def test_who_may_choose_charts_for_a_workspace(self) -> None:
		"""Frappe lists charts of a source to System Managers only."""
		self.assertEqual(self.listed(self.storekeeper), set(self.charts))
		self.assertEqual(self.listed(self.blind), set(self.charts) - self.costly)
		self.assertEqual(self.listed(erp.user(["Accounts User"])), set())

	def listed(self, user: str) -> set[str]:
		frappe.set_user(user)
		found = frappe.get_list(
			"Dashboard Chart", {"source": view_charts.SOURCE}, pluck="name", order_by="name"
		)
		frappe.set_user("Administrator")
		return set(found)

	def test_migrate_updates_the_shipped_and_leaves_a_copy(self) -> None:
		name = "Where is the stock value?"
		copy = frappe.copy_doc(frappe.get_doc("Dashboard Chart", name), ignore_no_copy=False)
		copy.chart_name = erp.unique("Our stock")
		copy.filters_json = json.dumps({**self.charts[name], "warehouse": self.mine})
		copy.insert()
		# as an older release left it
		frappe.db.set_value(
			"Dashboard Chart", name, {"color": "#000000", "modified": "2020-01-01"}, update_modified=False
		)
		sync_dashboards("inventory_midplatform")
		kept = frappe.get_doc("Dashboard Chart", copy.name)
		self.assertEqual(
			[kept.filters_json, kept.is_standard, len(kept.roles)], [copy.filters_json, 0, len(copy.roles)]
		)
		self.assertNotEqual(frappe.db.get_value("Dashboard Chart", name, "color"), "#000000")
		own, ours = inventory_view.get(kept.name), self.shown_to("Administrator", name, warehouse=self.mine)
		self.assertEqual(own["datasets"], ours["datasets"])
		frappe.db.rollback()

	def mail(self, user: str, report: str, **values: Any) -> Any:
		return erp.insert(
			"Auto Email Report",
			report=report,
			user=user,
			email_to="reader@example.com",
			frequency="Weekly",
			send_if_data=0,
			no_of_rows=500,
			**{"format": "HTML", "enabled": 0, **values},
		)

	def test_a_mail_has_what_its_reader_may_see(self) -> None:
		for report in frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name"):
			with self.subTest(report=report):
				filters = (
					{"item_code": self.item} if report in ("Movement Journal", "Inventory Ageing") else {}
				)
				mail = self.mail(self.blind, report, filters=json.dumps(filters))
				before = frappe.session.user, frappe.session.sid, frappe.local.lang
				page = mail.get_report_content()
				self.assertEqual((frappe.session.user, frappe.session.sid, frappe.local.lang), before)
				self.assertNotIn(self.other, page)
				self.assertNotIn("¥", page)
		value = frappe.db.get_value("Bin", {"item_code": self.item, "warehouse": self.mine}, "stock_value")
		shown = frappe.utils.fmt_money(
			value, currency=frappe.get_cached_value("Company", self.company, "default_currency")
		)
		for reader, sees in ((self.storekeeper, True), (self.blind, False)):
			page = self.mail(reader, "Inventory Ageing", filters=json.dumps({"item_code": self.item}))
			text = page.get_report_content()
			self.assertIn(self.mine, text)
			self.assertEqual(shown in text, sees)

	def test_a_mail_sent_by_hand_by_the_scheduler_and_as_a_file(self) -> None:
		day = frappe.utils.now_datetime().strftime("%A")
		for kind in ("HTML", "CSV"):
			mail = self.mail(self.blind, "Realtime Stock", format=kind, day_of_week=day, enabled=1)
			with patch.object(frappe, "sendmail") as sent:
				send_now(mail.name)
				send_daily()
			of_this = [one.kwargs for one in sent.mock_calls if one.kwargs["reference_name"] == mail.name]
			self.assertEqual(len(of_this), 2)
			for one in of_this:
				files = [file["fcontent"] for file in one["attachments"] or ()]
				text = "".join([one["message"], *(f if isinstance(f, str) else f.decode() for f in files)])
				self.assertIn(self.mine, text)
				self.assertNotIn(self.other, text)
			frappe.delete_doc("Auto Email Report", mail.name)
		foreign = self.mail(erp.user(["Accounts User"]), "Realtime Stock").get_report_content()
		self.assertIn("You may not open the report Realtime Stock.", foreign)
		self.assertNotIn(self.mine, foreign)

	def test_a_user_named_in_a_request_is_not_believed(self) -> None:
		frappe.set_user(self.blind)
		shown = query_report.run("Inventory Ageing", {}, user=self.storekeeper, ignore_prepared_report=True)
		self.assertNotIn("value", [column.get("fieldname") for column in shown["columns"]])

	def test_the_weekly_mail(self) -> None:
		name = mailed_reports.make_weekly()
		mail = frappe.get_doc("Auto Email Report", name)
		self.assertEqual((mail.enabled, mail.frequency, mail.report), (0, "Weekly", "Inventory KPIs"))
		page = mail.get_report_content()
		for chart in mail_pages.WITH_CHARTS[mail.report]:
			self.assertIn(chart, page)
		self.assertIn("bgcolor", page)
		frappe.set_user(self.blind)
		self.assertRaises(frappe.PermissionError, mailed_reports.make_weekly)

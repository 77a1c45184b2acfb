"""What forms say once, and what they do not swallow."""

from typing import Any

from playwright.sync_api import expect


def test_the_approval_of_a_document_stands_on_it_once(
	desk: Any, site: Any, texts: Any, language: str
) -> None:
	name, _ = site.requested(f"dear-{language}-{site.stamp}", 5000, 7)
	supervisor = desk("supervisor")
	request = site.operation("approval.request", doctype="Inventory Request", name=name)["name"]
	supervisor.go(f"inventory-request/{name}")
	hint = supervisor.page.locator(".form-message:visible", has_text=request)
	expect(hint).to_contain_text(texts("Open", "Approval Request"))
	supervisor.page.evaluate("cur_frm.refresh(), cur_frm.refresh()")
	supervisor.page.wait_for_load_state("networkidle")
	expect(hint).to_have_count(1)
	assert hint.inner_text().count(request) == 1


def test_a_strategy_that_nobody_offers_is_refused(desk: Any, site: Any, texts: Any, language: str) -> None:
	_, warehouse = site.stocked(f"strategy-{language}-{site.stamp}", 1)
	supervisor = desk("supervisor")
	supervisor.go("storage-policy/new")
	supervisor.choose(supervisor.field("warehouse"), warehouse)
	strategy = supervisor.field("removal_strategy")
	strategy.click()
	strategy.press_sequentially("Whatever")
	strategy.press("Tab")
	supervisor.page.locator(".page-actions:visible .primary-action:visible").first.click()
	said = supervisor.page.locator(".msgprint:visible")
	expect(said).to_contain_text("Whatever")
	expect(said).to_contain_text(texts("Fewest Bins", "Storage Policy"))
	assert site.get("Storage Policy", [["warehouse", "=", warehouse]]) == []
	expect(strategy).to_have_value("Whatever")

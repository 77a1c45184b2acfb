/* The operations of policies. */
import { ask, change, read } from "../../api/client";
import { newKey } from "../../api/outbox";
import { shippedWord } from "./labels";
import type { Content, Template } from "./types";

/** A template with its titles in the reader's language: from then on they are the policy's own. */
function translated(one: Template): Template {
	const named = <Row extends { title?: string }>(rows: Row[] | undefined) => (rows || []).map((row) => (row.title ? { ...row, title: shippedWord(row.title) } : row));
	const content = { ...one.content, steps: named(one.content.steps), branches: named(one.content.branches) };
	return { ...one, title: shippedWord(one.title), content };
}

export const policies = {
	list: async () => (await read("approval.list_policies", {} as never)).policies,
	get: (name: string) => read("approval.get_policy", { name }),
	save: (content: Content, name = "", modified = "", key = newKey()) => change("approval.save_policy", { content, name, modified }, key),
	check: async (content: Content) => (await ask("approval.check_policy", { content })).problems,
	switchOn: (name: string) => change("approval.switch_on", { name }, newKey()),
	switchOff: (name: string) => change("approval.switch_off", { name }, newKey()),
	fields: async (doctype: string) => (await read("approval.policy_fields", { doctype })).fields,
	people: (text = "") => read("approval.policy_people", { text }),
	templates: async () => (await read("approval.templates", {} as never)).templates.map(translated),
	documents: async (doctype: string) => (await read("approval.documents", { doctype })).documents,
	attempt: (policy: string, name: string, values: Record<string, string>) => ask("approval.try_policy", { policy, name, values }),
	replay: (policy: string) => read("approval.replay", { policy, days: 30 }),
};

/* What the operations of policies take and answer, out of the OpenAPI document. */
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Content = Schemas["PolicyContent"];
export type StepRow = Schemas["PolicyStep"];
export type ApproverRow = Schemas["PolicyApprover"];
export type Kind = NonNullable<StepRow["kind"]>;
export type Match = "All" | "Any";
export type Reason = Schemas["Reason"];
export type Problem = Schemas["PolicyProblem"];
export type PolicyRecord = Schemas["PolicyRecord"];
export type ListedPolicy = Schemas["ListedPolicy"];
export type Field = Schemas["PolicyField"];
export type People = Schemas["PolicyPeople"];
export type Template = Schemas["PolicyTemplate"];
export type TrialDocument = Schemas["DocumentToTry"];
export type Tried = Schemas["TriedPolicy"];
export type TriedStep = Schemas["TriedStep"];
export type Replayed = Schemas["Replayed"];
export type Counting = NonNullable<StepRow["counting"]>;
export type OnTimeOut = NonNullable<StepRow["on_time_out"]>;
export type ApproverKind = NonNullable<ApproverRow["approver"]>;
export type Comparison = NonNullable<Schemas["PolicyCondition"]["comparison"]>;
export type WhenApproved = NonNullable<Content["when_approved"]>;
/** A content in which nothing is left out. */
export type Whole = Required<Omit<Content, "steps" | "approvers" | "branches" | "conditions" | "name">> & {
	steps: Required<StepRow>[];
	approvers: Required<ApproverRow>[];
	branches: Required<Schemas["PolicyBranch"]>[];
	conditions: Required<Schemas["PolicyCondition"]>[];
};

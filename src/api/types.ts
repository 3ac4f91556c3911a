/**
 * The wire types of the API under the page (docs/api.md, docs/openapi.yaml). Times are RFC 3339 in UTC with up to microseconds, durations
 * are seconds, sizes bytes, sample values strings in Go's format. Imports nothing, so that the browser's room can use it.
 */

/** Every answer that is not an error. */
export interface ApiSuccess<T> {
  readonly status: 'success';
  readonly data: T;
}

/** Every error of the API: what kind, and what to change. */
export interface ApiError {
  readonly status: 'error';
  readonly errorType: ApiErrorType;
  readonly error: string;
}

/** `bad_data`: 400 and other faults of the caller; `not_found`: 404; `conflict`: 409; `unavailable`: 503; `internal`: 500. */
export type ApiErrorType = 'bad_data' | 'not_found' | 'conflict' | 'unavailable' | 'internal';

/** `failed`: the latest push was refused; `deleted`: it is gone, but remembered. */
export type GroupState = 'ok' | 'failed' | 'deleted';

export type MetricTypeName = 'counter' | 'gauge' | 'summary' | 'untyped' | 'histogram' | 'gaugehistogram';

export type LabelMap = Readonly<Record<string, string>>;

/** A group as the list shows it. */
export interface GroupSummary {
  /** Names the group in a path of the API. URL-safe, the same after a restart. */
  readonly id: string;
  /** The grouping labels, sorted by name; always with `job`. */
  readonly labels: LabelMap;
  /** The group in a push URL, escaped, relative to the address of the server: `metrics/job/nightly/instance/a`. */
  readonly push_path: string;
  readonly state: GroupState;
  /** The last good push; `null`: there was none. */
  readonly last_push: string | null;
  /** When it was deleted; `null`: it is there. */
  readonly deleted: string | null;
  /** The last refused push; `null`: there was none. */
  readonly last_failure: string | null;
  /** Why the last refused push was refused; `null` if there was none, or nobody remembers (a restart, long ago). */
  readonly failure_reason: string | null;
  readonly families: number;
  /** Sample lines of an exposition, without the two push times. */
  readonly samples: number;
  /** Of the group's sample lines in the text format. */
  readonly bytes: number;
  /** Address of the last pusher, or of who deleted it, `host:port`; `null`: unknown. */
  readonly last_source: string | null;
}

/** GET `/api/v1/groups`. */
export interface GroupList {
  /** Groups stored. */
  readonly total: number;
  /** Groups that match selectors, search and state. */
  readonly matched: number;
  /** Of those that match selectors and search, whatever `state` asks for. */
  readonly states: { readonly ok: number; readonly failed: number; readonly deleted: number };
  readonly groups: readonly GroupSummary[];
  /** For the next page; `null`: this was the last. */
  readonly next_cursor: string | null;
}

/** `sort=`: a minus puts the largest first. Ties go by the labels. */
export type GroupSort =
  | 'job'
  | '-job'
  | 'last_push'
  | '-last_push'
  | 'last_failure'
  | '-last_failure'
  | 'families'
  | '-families'
  | 'samples'
  | '-samples'
  | 'bytes'
  | '-bytes'
  | 'deleted'
  | '-deleted';

/** GET `/api/v1/groups/<id>`. */
export interface GroupDetail {
  readonly group: GroupSummary;
  /** Families of the group that the filter lets through, over all pages. */
  readonly matched_families: number;
  /** By name. A family may go on on the next page. */
  readonly families: readonly FamilyDetail[];
  readonly next_cursor: string | null;
  /** The latest writes to the group, newest first. Only what this process has seen. */
  readonly history: readonly PushRecord[];
}

export interface FamilyDetail {
  readonly name: string;
  readonly type: MetricTypeName;
  readonly help: string | null;
  /** When the push arrived that brought it. */
  readonly time: string;
  readonly metric_count: number;
  readonly sample_count: number;
  readonly bytes: number;
  /** Why it is stored but not exposed; `null`: it is exposed. */
  readonly inconsistency: string | null;
  /** Place of the first of `metrics` within the family: above 0 where an earlier page began the family. */
  readonly first_metric: number;
  readonly metrics: readonly MetricDetail[];
}

/** One metric; which of the fields are there depends on the family's type. */
export interface MetricDetail {
  /** Without the grouping labels. */
  readonly labels: LabelMap;
  /** Counter, gauge, untyped. */
  readonly value?: string;
  /** Of a value: what it was before the last push of its family; left out where nobody remembers. */
  readonly previous_value?: string;
  /** Summary: quantile and value. */
  readonly quantiles?: readonly (readonly [quantile: string, value: string])[];
  /** Classic histogram: upper bound and cumulative count. */
  readonly buckets?: readonly (readonly [upperBound: string, cumulativeCount: string])[];
  readonly native?: NativeHistogramDetail;
  /** Summary and histogram. */
  readonly count?: string;
  readonly sum?: string;
  readonly exemplars?: readonly ExemplarDetail[];
}

export interface NativeHistogramDetail {
  readonly schema: number;
  readonly zero_threshold: string;
  /** From low to high, empty ones left out, the zero bucket among them. */
  readonly buckets: readonly NativeBucketDetail[];
}

export interface NativeBucketDetail {
  readonly lower: string;
  readonly upper: string;
  readonly is_lower_inclusive: boolean;
  readonly is_upper_inclusive: boolean;
  /** Not cumulative. */
  readonly count: string;
}

export interface ExemplarDetail {
  readonly labels: LabelMap;
  readonly value: string;
  /** Of a bucket. */
  readonly upper_bound?: string;
  readonly time?: string;
}

/** `stored`: as asked; `refused`: the caller's fault; `failed`: the server could not store it. */
export type PushOutcome = 'stored' | 'refused' | 'failed';

/** What else the same request wrote to: nothing, the groups that it named (a bulk delete), all there were. */
export type PushScope = 'group' | 'selection' | 'wipe';

/** One write to a group as the history remembers it. */
export interface PushRecord {
  readonly time: string;
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly scope: PushScope;
  readonly outcome: PushOutcome;
  readonly status: number;
  readonly error: string | null;
  /** Of the body, unpacked. */
  readonly bytes: number;
  readonly samples: number;
  readonly duration_seconds: number;
  readonly remote_address: string;
  readonly user_agent: string | null;
}

/**
 * GET `/api/v1/events`: server-sent events named `change`, each with this as its data. What happened since the last event is gathered,
 * so that there are at most two a second.
 */
export interface ChangeEvent {
  readonly time: string;
  /** Writes since the last event, by what they did. */
  readonly pushed: number;
  readonly failed: number;
  readonly deleted: number;
  /** Groups that changed, each once with the last thing that happened to it; the latest 100 of them. */
  readonly groups: readonly { readonly id: string; readonly kind: ChangeKind }[];
  /** Whether more groups changed than `groups` names: a wipe, or a busy server. */
  readonly is_truncated: boolean;
}

export type ChangeKind = 'pushed' | 'failed' | 'deleted';

/** POST `/api/v1/lint` with `Content-Type: application/json`; a body of any other type is the exposition itself (docs/api.md). */
export interface LintRequest {
  /** PUT replaces the group, POST (the default) adds to it. */
  readonly method?: 'PUT' | 'POST';
  /** Grouping labels; must hold `job`. */
  readonly labels: LabelMap;
  /** The exposition in the text format. */
  readonly body: string;
}

/** What a push would do. Nothing is stored. Status 200, whether the push would be taken or not. */
export interface LintResult {
  readonly is_accepted: boolean;
  readonly problems: readonly LintProblem[];
  /** The group that would be written; `null` if the labels do not name one. */
  readonly group: { readonly id: string; readonly push_path: string; readonly exists: boolean } | null;
  /** What was read, as far as it could be. */
  readonly families: number;
  readonly metrics: number;
  readonly samples: number;
  /** Families of the push that the group does not have. */
  readonly added: readonly LintFamily[];
  /** Families of the group that the push brings anew. */
  readonly replaced: readonly LintFamily[];
  /** Families of the group that would go: only with PUT. */
  readonly removed: readonly LintFamily[];
}

export interface LintProblem {
  /** `error`: the push would be refused; `warning`: it would be taken, but is not what the conventions ask for. */
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  /** Counted from 1; `null`: not about a place in the body. */
  readonly line: number | null;
  /** In characters, counted from 1. */
  readonly column: number | null;
}

export interface LintFamily {
  readonly name: string;
  readonly type: MetricTypeName;
  readonly metric_count: number;
  readonly sample_count: number;
}

/** GET `/api/v1/server`: the server, for the status page. */
export interface ServerStatus {
  readonly version: string;
  readonly build: LabelMap;
  readonly start_time: string;
  readonly now: string;
  readonly flags: readonly FlagValue[];
  readonly storage: StorageStatus;
  readonly limits: readonly LimitValue[];
  readonly runtime: RuntimeStatus;
  /** Newest first, one for each scraper's host and user agent. */
  readonly scrapes: readonly ScrapeRecord[];
  /** Whether `PUT /api/v1/admin/wipe` is there. */
  readonly is_admin_api_enabled: boolean;
  readonly is_lifecycle_enabled: boolean;
  /** Relative to the address of the server, without a slash at its start. */
  readonly telemetry_path: string;
  /** Whether label and metric names may hold any UTF-8 (`--push.enable-utf8-names`). */
  readonly allows_utf8_names: boolean;
}

export interface FlagValue {
  /** Without the dashes. */
  readonly name: string;
  readonly value: string;
  readonly default: string;
  readonly is_default: boolean;
  readonly help: string;
}

export interface StorageStatus {
  /** `memory`: nothing survives the process. */
  readonly kind: 'memory' | 'file';
  readonly is_ready: boolean;
  /** Why it is not ready; else `null`. */
  readonly reason: string | null;
  readonly path: string | null;
  readonly groups: number;
  /** Names of metric families over all groups. */
  readonly families: number;
  /** Families that are stored but not exposed. */
  readonly inconsistent_families: number;
}

export interface LimitValue {
  readonly name: string;
  /** In the unit at the end of the name; `null`: no limit. */
  readonly value: number | null;
  readonly help: string;
}

export interface RuntimeStatus {
  readonly node_version: string;
  readonly platform: string;
  readonly uptime_seconds: number;
  readonly cpu_seconds: number;
  readonly resident_bytes: number;
  readonly heap_used_bytes: number;
  readonly heap_limit_bytes: number;
}

/** The last scrape by one scraper. */
export interface ScrapeRecord {
  readonly time: string;
  readonly duration_seconds: number;
  readonly bytes: number;
  /** Whether it was sent to its end. */
  readonly is_complete: boolean;
  readonly remote_address: string;
  readonly user_agent: string | null;
  /** Scrapes by this scraper since the start. */
  readonly count: number;
}

/** GET `/api/v1/labels` (names) and `/api/v1/label/<name>/values`: what completes a selector. The most frequent first. */
export interface Completions {
  readonly values: readonly Completion[];
  /** Whether there are more. */
  readonly is_truncated: boolean;
}

export interface Completion {
  readonly value: string;
  /** Groups that have it. */
  readonly groups: number;
}

/** DELETE `/api/v1/groups?match[]=&search=&state=&id=&dry_run=&expect=`. */
export interface DeleteResult {
  readonly is_dry_run: boolean;
  /** Groups that matched: those that went, or with a dry run would go. */
  readonly matched: number;
  /** The first 100 of them. */
  readonly groups: readonly { readonly id: string; readonly labels: LabelMap }[];
}

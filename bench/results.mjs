// The figures of a run, as they are gathered and as they are kept in results.json.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { judge } from './limits.mjs';
import { serverVersions } from './servers.mjs';

/** Values of all rounds by measurement and server. */
export class Results {
  #values;

  /** `measurements`: those of a record. */
  constructor(measurements = {}) {
    this.#values = structuredClone(measurements);
  }

  add(server, measured) {
    for (const [key, list] of Object.entries(measured)) ((this.#values[key] ??= {})[server] ??= []).push(...list);
  }

  /** All values; none if it was not measured. */
  of(key, server) {
    return this.#values[key]?.[server] ?? [];
  }

  /** `NaN` if it was not measured. */
  median = (key, server) => median(this.of(key, server));

  toJSON() {
    return this.#values;
  }
}

/** What is kept of a run. */
export function createRecord(results, facts) {
  const rows = judge(results.median, null);
  const figures = Object.fromEntries(
    rows.map(({ limit, figure }) => [limit.id, Number.isFinite(figure) ? Number(figure.toPrecision(4)) : null]),
  );
  return { ...facts, figures, measurements: results.toJSON() };
}

/** The record in this file; `null` if there is none. */
export function readRecord(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** When, where and of what. */
export function collectFacts(command, plan) {
  const [cpu] = os.cpus();
  const git = (...args) => spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout.trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    commit: `${git('rev-parse', '--short=10', 'HEAD') || 'unknown'}${isChanged ? ' with changes' : ''}`,
    machine: `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Linux ${os.release()}`,
    versions: serverVersions(),
    plan,
  };
}

export function median(values) {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

import { escapeHtml } from '../base/escape-html.ts';
import { formatRfc3339Nano } from '../exposition/metrics-json.ts';
import { errorReply } from '../http/replies.ts';
import type { HttpHandler } from '../http/types.ts';
import type { Group } from '../model/group.ts';
import { familiesPerGroupInDocumentMax } from './limits.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';

/** Groups that the page lists; the API has them all. */
const listedGroupsMax = 500;

const stylesheet = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; vertical-align: top; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.failed { color: #c62828; font-weight: 600; }
.empty, .more { opacity: .8; }
`;

const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
} as const;

/** The page where the real one was not built: a plain list of groups and families, enough to see that pushes arrive. */
export function createPlainPageHandler({ build, options, store }: Gateway): HttpHandler {
  return () => {
    const groups = listGroups(store.groups());
    const body = [
      '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
      `<title>Pushgate</title><link rel="stylesheet" href="${escapeHtml(options.externalPrefix)}/static/page.css"></head><body>`,
      `<h1>Pushgate</h1><p>${escapeHtml(build.version)}, up since ${escapeHtml(formatRfc3339Nano(options.startedAtMs))}; `,
      `<a href="${escapeHtml(options.externalPrefix + options.telemetryPath)}">metrics</a>, `,
      `<a href="${escapeHtml(options.externalPrefix)}/api/v1/metrics">metrics as JSON</a></p>`,
      '<p>The page itself was not built: <code>npm run build</code> does it. This list stands in for it.</p>',
      warnOfLateFlush(options.flags),
      renderGroups(groups, store.groupCount, `The first ${groups.length} are listed; the API has all.`),
      renderTable(
        'Flags',
        Object.entries(options.flags).map(([name, value]) => [`--${name}`, value]),
      ),
      renderTable('Build information', Object.entries(build)),
      '</body></html>\n',
    ].join('');
    return { status: 200, headers: pageHeaders, body };
  };
}

/** GET `/static/*` beside the plain page: its one stylesheet. */
export const servePlainStyles: HttpHandler = ({ params }) =>
  params['filepath'] === '/page.css'
    ? { status: 200, headers: { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=300' }, body: stylesheet }
    : errorReply(404, '404 page not found');

function listGroups(all: Iterable<Group>): Group[] {
  const groups: Group[] = [];
  for (const group of all) {
    if (groups.push(group) === listedGroupsMax) break;
  }
  return groups;
}

/** A table of groups, as HTML. `groupCount`: how many there are in all; `more`: what to say where those are more. */
export function renderGroups(groups: readonly Group[], groupCount: number, more: string): string {
  const heading = `<h2>Groups (${groupCount})</h2>`;
  if (groupCount === 0) return `${heading}<p class="empty">Nothing was pushed yet. The first push makes a group.</p>`;
  const rows = groups.map(renderGroup).join('');
  const rest = groupCount > groups.length ? `<p class="more">${more}</p>` : '';
  return `${heading}<table><thead><tr><th>Group</th><th>Last push</th><th>Families</th></tr></thead><tbody>${rows}</tbody></table>${rest}`;
}

function renderGroup({ key, families, pushTimeSeconds, failureTimeSeconds }: Group): string {
  const labels = key.labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(', ');
  const isFailed = failureTimeSeconds > pushTimeSeconds;
  const state = isFailed ? `<span class="failed">refused at ${formatTime(failureTimeSeconds)}</span>, last good one ` : '';
  const shown = [...families.values()].slice(0, familiesPerGroupInDocumentMax);
  const names = shown.map(({ name, type, metricCount }) => `<code>${escapeHtml(name)}</code> ${type} (${metricCount})`);
  return (
    `<tr><td><code>${escapeHtml(labels)}</code></td><td>${state}${pushTimeSeconds === 0 ? 'never' : formatTime(pushTimeSeconds)}</td>` +
    `<td>${names.join('<br>')}${families.size > shown.length ? `<br>and ${families.size - shown.length} more` : ''}</td></tr>`
  );
}

/** With `--persistence.sync=interval` an answer does not mean what people take it for. */
export function warnOfLateFlush(flags: GatewayOptions['flags']): string {
  if (flags['persistence.file'] === '' || flags['persistence.sync'] !== 'interval') return '';
  return (
    `<p class="failed">Pushes are answered before they are on disk (--persistence.sync=interval): a crash or a power failure loses those of ` +
    `the last ${escapeHtml(flags['persistence.interval'] ?? 'interval')}.</p>`
  );
}

function renderTable(title: string, rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td><code>${escapeHtml(value)}</code></td></tr>`);
  return `<h2>${title}</h2><table><tbody>${cells.join('')}</tbody></table>`;
}

function formatTime(seconds: number): string {
  return `<time>${new Date(seconds * 1000).toISOString()}</time>`;
}

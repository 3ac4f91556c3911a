// Pushes: measured with wrk, and as fast as they go to fill a store before something else is measured.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { groupLabels, groupPath, makeStoredBody, textType, variantCount } from './bodies.mjs';

const connections = 16;
const pipelineDepth = 4;
const fillConnections = 32;
const answerTimeout = '60s';
/** A server that answers nothing in time is given twice the time, up to here. */
const trySecondsMax = 60;

/**
 * Lets wrk push to these groups in turn: `groups[i]` gets bodies of the kind `i % kindCount`, `encoded` as `encodeBodies` made them. Every
 * `freshEvery`th push goes to a group that was never there. Gives pushes per second and latencies; throws if a push was refused, since a
 * refusal is quick.
 */
export async function measurePushes(server, { groupCount, encoded, seconds, connectionCount = connections, freshEvery = 0 }) {
  const file = path.join(tmpdir(), `pushgate-bench-${process.pid}-${server.port}.bin`);
  writeFileSync(file, loadFile(server, groupCount, encoded));
  try {
    for (let trySeconds = seconds; trySeconds <= trySecondsMax; trySeconds *= 2) {
      const result = await runWrk(server, connectionCount, trySeconds, [file, String(freshEvery)]);
      if (result.refused > 0 || result.broken > 0)
        throw new Error(`${server.name} refused ${result.refused} pushes and broke ${result.broken}`);
      if (result.requests > 0) return { ...result, perSecond: result.requests / result.seconds };
    }
    throw new Error(`${server.name} answered no push within ${trySecondsMax} s`);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Pushes so many groups, pipelined over a few connections; `bodyOf(group)` says what. */
export async function fill(server, groups, samples, bodyOf = (group) => makeStoredBody(group, samples)) {
  await Promise.all(Array.from({ length: fillConnections }, (_, lane) => fillLane(server, lane, groups, bodyOf)));
}

/** A request up to the length of its body. */
export function requestHead(server, group, headers) {
  const lines = Object.entries({ host: 'bench', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${requestLine(server, group)}\r\n${lines.join('')}content-length: `;
}

/** VictoriaMetrics knows no groups: its import adds the labels of the grouping key to every series. */
function requestLine(server, group) {
  if (server.name !== 'victoria') return `PUT ${groupPath(group)} HTTP/1.1`;
  const { job, instance } = groupLabels(group);
  return `POST /api/v1/import/prometheus?extra_label=job=${job}&extra_label=instance=${instance} HTTP/1.1`;
}

/** What push.lua reads: counts and lengths as lines, each length followed by so many bytes. */
function loadFile(server, groupCount, { bodies, headers }) {
  const sized = (bytes) => [Buffer.from(`${bytes.length}\n`), bytes];
  const heads = Array.from({ length: groupCount }, (_, group) => Buffer.from(requestHead(server, group, headers)));
  const requestTail = (body) => Buffer.concat([Buffer.from(`${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
  return Buffer.concat([
    Buffer.from(`${groupCount}\n`),
    ...heads.flatMap(sized),
    Buffer.from(`${bodies.length}\n${variantCount}\n`),
    ...bodies.flat().flatMap((body) => sized(requestTail(body))),
  ]);
}

/** Every `fillConnections`th group, beginning with `lane`. */
function fillLane(server, lane, groups, bodyOf) {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    const wanted = Math.max(0, Math.ceil((groups - lane) / fillConnections));
    let sent = 0;
    let answered = 0;
    let rest = '';
    const send = () => {
      for (; sent < wanted && sent - answered < pipelineDepth; sent++) {
        const group = lane + sent * fillConnections;
        const body = bodyOf(group);
        socket.write(`${requestHead(server, group, { 'content-type': textType })}${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }
      if (answered === wanted) socket.end();
    };
    socket.setEncoding('latin1').on('data', (text) => {
      rest += text;
      const statuses = [...rest.matchAll(/HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/g)];
      const last = statuses.at(-1);
      if (last) rest = rest.slice(last.index + last[0].length);
      const refused = statuses.find(([, status]) => !status.startsWith('2'));
      if (refused) socket.destroy(new Error(`${server.name} refused a push while it was filled: ${refused[1]} ${rest.slice(0, 200)}`));
      answered += statuses.length;
      send();
    });
    socket.once('connect', send).once('error', reject);
    socket.once('close', () => (answered === wanted ? resolve() : reject(new Error(`${server.name} hung up while it was filled`))));
  });
}

/** What push.lua reports. The clock of wrk knows whole seconds only, so for parts of them it is interrupted. */
async function runWrk(server, connectionCount, seconds, scriptArgs) {
  const script = path.join(import.meta.dirname, 'push.lua');
  const flags = ['-t1', `-c${connectionCount}`, `-d${Math.ceil(seconds)}s`, `--timeout=${answerTimeout}`, '-s', script];
  const child = spawn('wrk', [...flags, server.url, '--', ...scriptArgs], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = Number.isInteger(seconds) ? null : setTimeout(() => child.kill('SIGINT'), seconds * 1000);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  // It was interrupted before it had begun.
  if (signal === 'SIGINT') return { requests: 0, refused: 0, broken: 0 };
  const [, json] = /^RESULT (.*)$/m.exec(output) ?? [];
  if (code !== 0 || json === undefined) throw new Error(`wrk ended with ${code}: ${output}`);
  return JSON.parse(json);
}

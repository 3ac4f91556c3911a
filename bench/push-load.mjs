// Pushes: measured with wrk, and as fast as they go to fill a store before something else is measured.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { groupPath, makeStoredBody, variantCount } from './bodies.mjs';

const connections = 16;
const pipelineDepth = 16;
const fillConnections = 4;
const answerTimeout = '60s';

/**
 * Lets wrk push to these paths in turn. `paths[i]` gets bodies of the kind `i % kindCount`. Gives pushes per second and latencies;
 * throws if a push was refused, since a refusal is quick.
 */
export async function measurePushes(server, { paths, bodies, seconds, connectionCount = connections, delayMs = 0 }) {
  const file = path.join(tmpdir(), `pushgate-bench-${process.pid}-${server.port}.bin`);
  writeFileSync(file, loadFile(paths, bodies));
  try {
    const script = path.join(import.meta.dirname, 'push.lua');
    const args = [
      '-t1',
      `-c${connectionCount}`,
      `-d${seconds}s`,
      `--timeout=${answerTimeout}`,
      '-s',
      script,
      server.url,
      '--',
      file,
      String(delayMs),
    ];
    const output = await runToEnd('wrk', args);
    const [, json] = /^RESULT (.*)$/m.exec(output) ?? [];
    if (json === undefined) throw new Error(`wrk gave no result: ${output}`);
    const result = JSON.parse(json);
    if (result.refused > 0 || result.broken > 0)
      throw new Error(`${server.name} refused ${result.refused} pushes and broke ${result.broken}`);
    return { ...result, perSecond: result.requests / result.seconds };
  } finally {
    rmSync(file, { force: true });
  }
}

/** Pushes so many groups of `samples` each, pipelined over a few connections. */
export async function fill(server, groups, samples) {
  const lanes = Array.from({ length: fillConnections }, () => []);
  for (let group = 0; group < groups; group++) {
    const body = makeStoredBody(group, samples);
    lanes[group % fillConnections].push(`${rawHead(groupPath(group))}${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  await Promise.all(lanes.map((requests) => fillLane(server, requests)));
}

/** What push.lua reads: counts and lengths as lines, each length followed by so many bytes. */
function loadFile(paths, bodies) {
  const sized = (text) => [Buffer.from(`${Buffer.byteLength(text)}\n`), Buffer.from(text)];
  return Buffer.concat([
    Buffer.from(`${paths.length}\n`),
    ...paths.flatMap((target) => sized(rawHead(target))),
    Buffer.from(`${bodies.length}\n${variantCount}\n`),
    ...bodies.flat().flatMap((body) => sized(`${Buffer.byteLength(body)}\r\n\r\n${body}`)),
  ]);
}

/** A request up to the length of its body. */
function rawHead(target) {
  return `PUT ${target} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: `;
}

function fillLane(server, requests) {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    let sent = 0;
    let answered = 0;
    let rest = '';
    const send = () => {
      while (sent < requests.length && sent - answered < pipelineDepth) socket.write(requests[sent++]);
      if (answered === requests.length) socket.end();
    };
    socket.setEncoding('latin1').on('data', (text) => {
      rest += text;
      const statuses = [...rest.matchAll(/HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/g)];
      const last = statuses.at(-1);
      if (last) rest = rest.slice(last.index + last[0].length);
      const refused = statuses.find(([, status]) => status !== '200' && status !== '202');
      if (refused) socket.destroy(new Error(`${server.name} refused a push while it was filled: ${refused[1]} ${rest.slice(0, 200)}`));
      answered += statuses.length;
      send();
    });
    socket.once('connect', send).once('error', reject);
    socket.once('close', () =>
      answered === requests.length ? resolve() : reject(new Error(`${server.name} hung up while it was filled`)),
    );
  });
}

function runToEnd(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}: ${output}`))));
  });
}

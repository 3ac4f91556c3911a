import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { commandOf, needs } from '../support/debian.ts';
import { readShellBlocks } from '../support/guide.ts';
import { findFreePort } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const program = path.join(import.meta.dirname, '..', '..', 'bin', 'pushgate.js');
const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);

const services = { old: 'prometheus-pushgateway', new: 'pushgate' } as const;
afterEach(() => {
  for (const name of Object.values(services)) {
    if (existsSync(at(`${name}.pid`))) tryKill(Number(readFileSync(at(`${name}.pid`), 'utf8')));
  }
});

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Commands of the guide that the machine of a test does not have, or that would change it. */
function makeStandIns(port: number): void {
  const start = (name: string, command: string): string =>
    `${command} --web.listen-address=127.0.0.1:${String(port)} > '${at(`${name}.log`)}' 2>&1 & echo $! > '${at(`${name}.pid`)}'`;
  const stop = (name: string): string => {
    const pid = `$(cat '${at(`${name}.pid`)}')`;
    return `kill "${pid}"; while kill -0 "${pid}" 2> /dev/null; do sleep 0.02; done`;
  };
  const standIns = {
    pushgate: `exec '${process.execPath}' '${program}' "$@"`,
    // Nobody here has the users of the services.
    install: `args=(); while [ $# -gt 0 ]; do case "$1" in -o | -g) shift 2 ;; *) args+=("$1"); shift ;; esac; done; exec /usr/bin/install "\${args[@]}"`,
    docker: `printf '%s\\n' "$*" >> '${at('docker.txt')}'`,
    systemctl: `case "$*" in
      'enable --now prometheus-pushgateway') ${start(services.old, `${commandOf(services.old)} --persistence.file='${at('old/pushgateway.data')}'`)} ;;
      'disable --now prometheus-pushgateway') ${stop(services.old)} ;;
      'enable --now pushgate.socket') ${start(services.new, `'${process.execPath}' '${program}' --persistence.file='${at('new/pushgate.mdb')}'`)} ;;
      'disable --now pushgate.socket pushgate.service') ${stop(services.new)} ;;
      *) echo "what is systemctl $*?" >&2; exit 1 ;;
    esac`,
  };
  mkdirSync(at('bin'));
  mkdirSync(at('old'));
  for (const [name, script] of Object.entries(standIns)) {
    writeFileSync(at(`bin/${name}`), `#!/bin/bash\n${script}\n`);
    chmodSync(at(`bin/${name}`), 0o755);
  }
}

const ready = 'curl --fail --silent --retry 30 --retry-connrefused --retry-delay 1 localhost:9091/-/ready\n';
const push = (group: string, body: string): string =>
  `printf '${body}' | curl --fail -X PUT --data-binary @- localhost:9091/metrics/job/${group}\n`;

/** What happens between the lines of the guide. */
const before = `systemctl enable --now ${services.old}\n${ready}${push('types', String.raw`# TYPE size gauge\nsize{kind="a b"} 1.5e9\nother NaN\n`)}${push('paths/path@base64/L3Zhci90bXA', String.raw`runs 42\n`)}
curl --silent --output /dev/null -X PUT --data-binary $'# TYPE size counter\\nsize 1\\n' localhost:9091/metrics/job/refused
`;
const meanwhile = push('since', String.raw`since 7\n`);
const afterwards = 'pushed localhost:9091 > after.txt\n';

describe.runIf(needs('curl', 'prometheus-pushgateway'))('the guide for migrating from prom/pushgateway', () => {
  test('leads there and back again, command by command', { timeout: 90_000 }, async () => {
    const [port, trialPort] = [await findFreePort(), await findFreePort()];
    makeStandIns(port);
    const blocks = readShellBlocks('docs/migrate.md');
    const sections = [...new Set(blocks.map(({ section }) => section))];
    expect(sections).toEqual(['', '2. Try it beside the old one', '3. Change over', '5. The way back']);
    const textOf = (section: string | undefined): string =>
      blocks
        .filter((block) => block.section === section)
        .map(({ text }) => `${text}\n`)
        .join('');
    const script = [textOf(''), before, textOf(sections[1]), textOf(sections[2]), meanwhile, textOf(sections[3]), afterwards].join('\n');
    const filled = script
      .replaceAll('localhost:9091', `127.0.0.1:${String(port)}`)
      .replaceAll('localhost:9092', `127.0.0.1:${String(trialPort)}`)
      .replaceAll('/var/lib/prometheus/', `${folder()}/old/`)
      .replaceAll('/var/lib/pushgate/', `${folder()}/new/`);
    const options = { cwd: folder(), env: { ...process.env, PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` }, timeout: 80_000 };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', filled], options);

    // Equal beside the old one, and after the change.
    expect(stdout.match(/^(OK)?same$/gm)).toHaveLength(2);
    expect(stdout).toContain('200\n202\n200\n202\n');
    expect(existsSync(at('trial'))).toBe(false);
    const lines = (file: string): string[] => readFileSync(at(file), 'utf8').trim().split('\n');
    expect(lines('before.txt')).toContain('size{instance="",job="types",kind="a b"} 1.5e+09');
    expect(lines('before.txt').filter((line) => line.startsWith('push_time_seconds'))).toHaveLength(3);
    // Back again nothing is lost, and what came in since is there.
    const after = lines('after.txt');
    expect(after.filter((line) => !line.includes('job="since"'))).toEqual(lines('before.txt'));
    expect(after).toContain('since{instance="",job="since"} 7');
    expect(readFileSync(at('new/pushgate.mdb.pushgateway.bak')).length).toBeGreaterThan(100);
  });

  test('starts the container with arguments that the server takes', () => {
    const line = readShellBlocks('docs/migrate.md')
      .flatMap(({ text }) => text.split('\n'))
      .find((text) => text.startsWith('docker run '));
    const [, args = ''] = line?.split(' pushgate ') ?? [];
    expect(parseCommandLine(args.split(' '))).toMatchObject({ kind: 'serve', flags: { persistenceFile: '/data/pushgateway.data' } });
  });
});

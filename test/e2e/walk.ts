import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandOf } from '../support/debian.ts';
import { findFreePort } from '../support/server.ts';
import { eventually } from './target.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const program = path.join(root, 'bin', 'pushgate.js');
const blockMsMax = 60_000;

/**
 * A reader who has a clone, and types in what a page prints, block by block. What stays in the foreground of a terminal goes on beside the
 * next block; a new server takes the place of the one before, and commands that want a store to themselves end it. What would change the
 * machine (`npm ci`, `docker`, `kubectl`, `helm`) is written down instead.
 */
export class Walk {
  readonly #folder: string;
  readonly #ports: Ports;

  private constructor(folder: string, ports: Ports) {
    this.#folder = folder;
    this.#ports = ports;
  }

  static async begin(folder: string): Promise<Walk> {
    const walk = new Walk(folder, { gateway: await findFreePort(), prometheus: await findFreePort() });
    walk.#makeClone();
    walk.#makeStandIns();
    return walk;
  }

  /** What the block says on stdout. As it is printed, only with other ports, and with the folder of the walk in place of `/tmp`. */
  async type(block: string): Promise<string> {
    const env = { ...process.env, PATH: `${this.#at('bin')}:${process.env['PATH'] ?? ''}`, PUSHGATE_URL: this.#url };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', this.#localize(block)], {
      cwd: this.#at('clone'),
      env,
      timeout: blockMsMax,
    });
    return stdout;
  }

  async scrape(): Promise<string> {
    const reply = await fetch(`${this.#url}/metrics`);
    return reply.text();
  }

  /** The commands that were written down. */
  recorded(): string[] {
    return existsSync(this.#at('recorded')) ? readFileSync(this.#at('recorded'), 'utf8').trimEnd().split('\n') : [];
  }

  /** Ends everything that was left running. */
  async end(): Promise<void> {
    const pids = readdirSync(this.#at('pids')).map((name) => Number(readFileSync(this.#at(`pids/${name}`), 'utf8')));
    for (const pid of pids) signal(pid, 'SIGKILL');
    await eventually(10_000, () => (pids.some((pid) => signal(pid, 0)) ? undefined : true));
  }

  get #url(): string {
    return `http://127.0.0.1:${String(this.#ports.gateway)}`;
  }

  #at(name: string): string {
    return path.join(this.#folder, name);
  }

  #localize(text: string): string {
    return text
      .replaceAll(/localhost:9091|127\.0\.0\.1:9091/g, `127.0.0.1:${String(this.#ports.gateway)}`)
      .replaceAll('localhost:9090', `127.0.0.1:${String(this.#ports.prometheus)}`)
      .replaceAll(/(?<=[ '"])\/tmp\//g, `${this.#folder}/tmp/`);
  }

  #makeClone(): void {
    for (const name of ['clone', 'bin', 'pids', 'tmp']) mkdirSync(this.#at(name));
    for (const name of ['docs', 'examples', 'README.md']) symlinkSync(path.join(root, name), this.#at(`clone/${name}`));
    cpSync(path.join(root, 'deploy'), this.#at('clone/deploy'), { recursive: true });
    const scrape = this.#at('clone/deploy/prometheus/prometheus.yml');
    writeFileSync(scrape, this.#localize(readFileSync(scrape, 'utf8')).replace('scrape_interval: 15s', 'scrape_interval: 200ms'));
  }

  #makeStandIns(): void {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      readonly scripts: { readonly start: string };
    };
    const record = `echo "$(basename "$0") $*" >> '${this.#at('recorded')}'`;
    const gateway = `'${process.execPath}' '${program}'`;
    const listen = (port: number): string => `--web.listen-address=127.0.0.1:${String(port)}`;
    const prometheus = `http://127.0.0.1:${String(this.#ports.prometheus)}`;
    const until = (check: string): string => `for _ in {1..300}; do ${check} && exit 0; sleep 0.1; done; exit 1`;
    const answers = (url: string): string => `curl --fail --silent --output /dev/null ${url}`;
    const standIns = {
      pushgate: `case "\${1-}" in
        --version | --help) exec ${gateway} "$@" ;;
        agent) [[ "$*" == *--check* ]] && exec ${gateway} "$@"
          ${this.#leaveRunning('agent', `${gateway} "$@"`)}; ${until(`curl --silent '${this.#url}/metrics' | grep -q '^pushgate_agent_build_info'`)} ;;
        '' | --*) ${this.#leaveRunning('server', `${gateway} "$@" ${listen(this.#ports.gateway)}`)}; ${until(answers(`'${this.#url}/-/ready'`))} ;;
        check | export | import) ${this.#stop('server')}; exec ${gateway} "$@" ;;
        *) exec ${gateway} "$@" ;;
      esac`,
      npm: `if [ "$1" = start ]; then exec ${scripts.start.replace('node bin/pushgate.js', 'pushgate')}; fi; ${record}`,
      docker: record,
      kubectl: record,
      helm: record,
      prometheus: `${this.#leaveRunning('prometheus', `${commandOf('prometheus')} "$@" ${listen(this.#ports.prometheus)}`)}; ${until(answers(`'${prometheus}/-/ready'`))}`,
      // A scrape has to come first.
      promtool: `[ "$1" = query ] || exec ${commandOf('promtool')} "$@"
        ${until(`found=$(${commandOf('promtool')} "$@") && [ -n "$found" ] && echo "$found"`)}`,
    };
    for (const [name, script] of Object.entries(standIns)) {
      writeFileSync(this.#at(`bin/${name}`), `#!/bin/bash\n${script}\n`);
      chmodSync(this.#at(`bin/${name}`), 0o755);
    }
  }

  #leaveRunning(name: string, command: string): string {
    return `${this.#stop(name)}; ${command} > '${this.#at(`${name}.log`)}' 2>&1 & echo $! > '${this.#at(`pids/${name}`)}'`;
  }

  #stop(name: string): string {
    const file = this.#at(`pids/${name}`);
    return `if [ -e '${file}' ]; then kill "$(cat '${file}')" || true; while kill -0 "$(cat '${file}')"; do sleep 0.02; done 2> /dev/null; rm '${file}'; fi`;
  }
}

interface Ports {
  readonly gateway: number;
  readonly prometheus: number;
}

/** Whether there was such a process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

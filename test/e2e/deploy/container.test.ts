import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../support/debian.ts';
import { leaveOut } from '../../support/left-out.ts';
import { findFreePort } from '../../support/server.ts';
import { eventually } from '../target.ts';
import { buildBaseEnvironment, layOutBuildBase, layOutRunBase } from './base-image.ts';
import { ContainerEngine, whyNoContainers } from './container-engine.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const image = 'localhost/pushgate:test';
const buildMsMax = 300_000;

const hasTools = needs('buildah', 'podman', 'runc');
const obstacle = hasTools ? await whyNoContainers() : null;
if (obstacle !== null) leaveOut('the container image', obstacle);
else
  describe.runIf(hasTools)('the image of deploy/docker/Dockerfile', { timeout: 60_000 }, () => {
    let engine: ContainerEngine;
    let port: number;
    beforeAll(async () => {
      engine = new ContainerEngine();
      await buildImage(engine);
      port = await findFreePort();
    }, buildMsMax);
    afterAll(() => engine.remove(), 60_000);

    const url = (where: string): string => `http://127.0.0.1:${String(port)}${where}`;
    const listen = (): string => `--web.listen-address=127.0.0.1:${String(port)}`;
    const waitUntilReady = (name: string): Promise<true> =>
      eventually(20_000, async () => {
        const { code, output } = await engine.try('exec', name, 'node', 'bin/health-check.js', '--ready');
        if (code !== 0) throw new Error(`${name} is not ready: ${output}`);
        return true as const;
      });
    const push = async (body: string): Promise<number> => (await fetch(url('/metrics/job/backup'), { method: 'PUT', body })).status;

    test('says what it is, who runs it, where its data lie and how it is asked for its health', async () => {
      const [inspected] = JSON.parse(await engine.podman('image', 'inspect', image)) as [ImageDescription];
      const { User, Labels, Volumes, Entrypoint, Cmd, StopSignal, ExposedPorts } = inspected.Config;
      expect({ User, Volumes, Entrypoint, Cmd, StopSignal, ExposedPorts }).toEqual({
        User: '65534:65534',
        Volumes: { '/data': {} },
        Entrypoint: ['node', '/pushgate/bin/pushgate.js'],
        Cmd: ['--persistence.file=/data/pushgate.mdb'],
        StopSignal: 'SIGTERM',
        ExposedPorts: { '9091/tcp': {} },
      });
      expect(Labels).toMatchObject({
        'org.opencontainers.image.title': 'pushgate',
        'org.opencontainers.image.revision': 'abc123',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
      expect(inspected.Healthcheck?.Test).toEqual(['CMD', 'node', '/pushgate/bin/health-check.js']);
    });

    test('starts read-only and without privileges, is healthy, keeps a push over a new container, and stops gracefully', async () => {
      const volume = ['--volume=pushgate-data:/data'];
      await engine.start('first', volume, image, '--persistence.file=/data/pushgate.mdb', listen());
      await waitUntilReady('first');
      expect((await engine.try('healthcheck', 'run', 'first')).code).toBe(0);
      expect(await engine.podman('exec', 'first', 'node', '-e', describeProcess)).toBe('1:65534 EROFS node,/pushgate/bin/pushgate.js\n');
      expect(await push('backup_size_bytes 42\n')).toBe(200);
      await engine.podman('stop', '--time=20', 'first');
      expect(await engine.podman('inspect', '--format={{.State.ExitCode}}', 'first')).toBe('0\n');
      expect((await engine.try('logs', 'first')).output).toContain('cause=SIGTERM');
      await engine.podman('rm', 'first');
      expect(await engine.run(volume, image, 'check', '/data/pushgate.mdb')).toContain('is sound: 1 groups');

      await engine.start('second', volume, image, '--persistence.file=/data/pushgate.mdb', listen());
      await waitUntilReady('second');
      expect(await (await fetch(url('/metrics'))).text()).toContain('backup_size_bytes{instance="",job="backup"} 42');
      expect(await (await fetch(url('/'))).text()).toContain('<title>');
      await engine.podman('rm', '--force', '--time=5', 'second');
    });

    test('is healthy behind a route prefix, and no longer when the server does not answer', async () => {
      await engine.start('prefixed', [], image, listen(), '--web.route-prefix=/push');
      await waitUntilReady('prefixed');
      expect((await engine.try('healthcheck', 'run', 'prefixed')).code).toBe(0);
      process.kill(await engine.pidOf('prefixed'), 'SIGSTOP');
      expect((await engine.try('healthcheck', 'run', 'prefixed')).code).not.toBe(0);
      await engine.podman('kill', '--signal=SIGKILL', 'prefixed');
    });

    test('holds what runs and a list of it, and nothing that was only needed to build', async () => {
      const list = 'console.log(require("fs").readFileSync("/pushgate/sbom.cdx.json", "utf8"))';
      const bill = JSON.parse(await engine.run(['--entrypoint=node'], image, '-e', list)) as Bill;
      expect(bill.bomFormat).toBe('CycloneDX');
      expect(bill.metadata.component).toMatchObject({ type: 'application', name: 'pushgate' });
      const listed = new Set(bill.components.map(({ name, group }) => (group === undefined || group === '' ? name : `${group}/${name}`)));
      expect(listed).toContain('lmdb');
      expect(listed).not.toContain('typescript');
      const mount = (await engine.podman('image', 'mount', image)).trim();
      const app = path.join(mount, 'pushgate');
      expect(
        ['node_modules/lmdb', 'dist/ui/index.html', 'bin/health-check.js'].filter((file) => !existsSync(path.join(app, file))),
      ).toEqual([]);
      expect(['node_modules/typescript', 'src', 'test', '.npmrc'].filter((file) => existsSync(path.join(app, file)))).toEqual([]);
      await engine.podman('image', 'umount', image);
    });
  });

/** Prints process 1, its user, how the root file system takes a write, and its command. */
const describeProcess = `
const { readFileSync, statSync, writeFileSync } = require('node:fs');
let write = 'writable';
try { writeFileSync('/pushgate/x', ''); } catch (error) { write = error.code; }
console.log('1:' + statSync('/proc/1').uid, write, readFileSync('/proc/1/cmdline', 'utf8').split('\\0').slice(0, 2).join());
`;

/** The real Dockerfile; only the bases are made here, of this machine's Node. */
async function buildImage(engine: ContainerEngine): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-bases-'));
  try {
    for (const [name, layOut, changes] of [
      ['build', layOutBuildBase, buildBaseEnvironment()],
      ['run', layOutRunBase, []],
    ] as const) {
      mkdirSync(path.join(folder, name));
      layOut(path.join(folder, name));
      await engine.importImage(path.join(folder, name), `localhost/pushgate-${name}-base:test`, ['ENV PATH=/usr/bin', ...changes]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  // Packages come from where this machine has them from.
  const npmrc = execFileSync('npm', ['config', 'get', 'userconfig'], { encoding: 'utf8' }).trim();
  const secret = existsSync(npmrc) ? ['--secret', `id=npmrc,src=${npmrc}`] : [];
  const bases = ['build', 'run'].map((name) => `${name.toUpperCase()}_IMAGE=localhost/pushgate-${name}-base:test`);
  const args = [...bases, 'REVISION=abc123'].flatMap((value) => ['--build-arg', value]);
  await engine.build(root, path.join(root, 'deploy', 'docker', 'Dockerfile'), image, ...args, ...secret);
}

interface ImageDescription {
  readonly Config: {
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Volumes: Readonly<Record<string, object>>;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly StopSignal: string;
    readonly ExposedPorts: Readonly<Record<string, object>>;
  };
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly type: string; readonly name: string } };
  readonly components: readonly { readonly name: string; readonly group?: string }[];
}

import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandOf } from '../../support/debian.ts';
import { layOutRunBase } from './base-image.ts';

const execute = promisify(execFile);
const trialImage = 'localhost/pushgate:trial';
const commandMsMax = 280_000;
const outputBytesMax = 16 * 1024 * 1024;

const hardened = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop=all', '--security-opt=no-new-privileges'],
  // The network of this machine, so that nothing has to be set up. What podman wants as limits may be above what this process may give.
  ...['--network=host', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'],
];

/** What a command said and how it ended. */
export interface CommandResult {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/**
 * Debian's buildah and podman over a storage of their own, which is removed at the end: no image, container or volume of the machine is
 * seen or changed. Guard with `whyNoContainers`.
 */
export class ContainerEngine {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'pushgate-containers-'));
  readonly #storage: readonly string[];

  constructor() {
    this.#storage = makeStorageArguments(this.#folder);
  }

  /** Makes an image of a folder's content, without any network. `changes` are lines of a Dockerfile. */
  async importImage(folder: string, name: string, changes: readonly string[] = []): Promise<void> {
    const archive = path.join(this.#folder, 'rootfs.tar');
    await execute('tar', ['-C', folder, '-cf', archive, '.']);
    await this.podman('import', ...changes.flatMap((change) => ['--change', change]), archive, name);
    rmSync(archive);
  }

  /** Builds as `docker build` does; only base images that were imported here are found. */
  async build(context: string, dockerfile: string, name: string, ...options: readonly string[]): Promise<void> {
    // Docker's format, because that of OCI has no HEALTHCHECK; chroot, because a build container needs no more.
    const how = ['--isolation', 'chroot', '--format', 'docker', '--network', 'host', '--pull-never'];
    await this.#run(commandOf('buildah'), [...this.#storage, 'build', ...how, ...options, '--file', dockerfile, '--tag', name, context]);
  }

  /** Rejects if podman does not end with 0; resolves with its stdout. */
  async podman(...args: readonly string[]): Promise<string> {
    return (await this.#run(commandOf('podman'), [...this.#podmanOptions(), ...args])).stdout;
  }

  /** The same for a command whose failure is an answer. */
  async try(...args: readonly string[]): Promise<CommandResult> {
    try {
      const { stdout, stderr } = await this.#run(commandOf('podman'), [...this.#podmanOptions(), ...args]);
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  /** Starts a container as carefully as we tell people to; its arguments are behind the image. */
  async start(name: string, options: readonly string[], image: string, ...args: readonly string[]): Promise<void> {
    await this.podman('run', '--detach', '--replace', '--name', name, ...hardened, ...options, image, ...args);
  }

  /** Runs a container as carefully, to its end. */
  run(options: readonly string[], image: string, ...args: readonly string[]): Promise<string> {
    return this.podman('run', '--rm', ...hardened, ...options, image, ...args);
  }

  /** Of process 1 of a running container, as this machine counts. */
  async pidOf(name: string): Promise<number> {
    return Number(await this.podman('inspect', '--format={{.State.Pid}}', name));
  }

  async remove(): Promise<void> {
    await this.try('rm', '--all', '--force', '--time=1');
    await this.try('image', 'umount', '--all');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #podmanOptions(): string[] {
    const runtime = ['--runtime', commandOf('runc'), '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];
    const folders = { tmpdir: 'tmp', volumepath: 'volumes', 'network-config-dir': 'networks' };
    const own = Object.entries(folders).flatMap(([option, name]) => [`--${option}`, path.join(this.#folder, name)]);
    return [...runtime, ...own, ...this.#storage];
  }

  #run(command: string, args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return execute(command, args, { timeout: commandMsMax, maxBuffer: outputBytesMax });
  }
}

/** Why containers cannot be made here though the tools are installed, or null: found out by making one. */
export async function whyNoContainers(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'the test is not run by root';
  const engine = new ContainerEngine();
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-containers-trial-'));
  try {
    layOutRunBase(folder);
    await engine.importImage(folder, trialImage);
    await engine.run([], trialImage, '/usr/bin/node', '--version');
    return null;
  } catch (error) {
    return `no container can be run here: ${(error as Error).message}`;
  } finally {
    await engine.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Overlays where the file system takes them, else copies, which is slower. */
function makeStorageArguments(folder: string): string[] {
  const forDriver = (driver: string): string[] => {
    const [root, runRoot] = [path.join(folder, driver), path.join(folder, `${driver}-run`)];
    for (const made of [root, runRoot]) mkdirSync(made, { recursive: true });
    return ['--root', root, '--runroot', runRoot, '--storage-driver', driver];
  };
  const overlay = forDriver('overlay');
  return spawnSync(commandOf('buildah'), [...overlay, 'info']).status === 0 ? overlay : forDriver('vfs');
}

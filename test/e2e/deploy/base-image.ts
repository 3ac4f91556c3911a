import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Loaded at run time, so that `ldd` does not name them: name look-ups, and what prebuilt Node modules are linked with. */
const furtherLibraries = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2', 'librt.so.1', 'libutil.so.1'];

/** Lays out a base image with nothing in it but this machine's Node and its shared libraries: no shell, no package manager. */
export function layOutRunBase(folder: string): void {
  for (const name of ['etc', 'proc', 'sys', 'dev', 'tmp', 'usr/bin']) mkdirSync(path.join(folder, name), { recursive: true });
  copyProgram(folder, realpathSync(process.execPath), '/usr/bin/node');
}

/** The same with npm, a shell and the few commands that the build calls. Certificates are those that this machine trusts. */
export function layOutBuildBase(folder: string): void {
  layOutRunBase(folder);
  for (const command of ['sh', 'env', 'mkdir', 'rm']) copyProgram(folder, realpathSync(findCommand(command)), `/usr/bin/${command}`);
  symlinkSync('usr/bin', path.join(folder, 'bin'));
  const npm = path.join(path.dirname(realpathSync(findCommand('npm'))), '..');
  cpSync(npm, path.join(folder, 'usr/lib/npm'), { recursive: true });
  writeFileSync(path.join(folder, 'usr/bin/npm'), '#!/bin/sh\nexec node /usr/lib/npm/bin/npm-cli.js "$@"\n', { mode: 0o755 });
  for (const file of ['/etc/nsswitch.conf', process.env.NODE_EXTRA_CA_CERTS ?? '']) {
    if (existsSync(file)) copyFile(folder, file, '/etc/' + path.basename(file));
  }
}

/** What of `layOutBuildBase` is said in the image, not in its files. */
export function buildBaseEnvironment(): string[] {
  const certificates = process.env.NODE_EXTRA_CA_CERTS ?? '';
  return existsSync(certificates) ? [`ENV NODE_EXTRA_CA_CERTS=/etc/${path.basename(certificates)}`] : [];
}

function copyProgram(folder: string, source: string, target: string): void {
  copyFile(folder, source, target);
  const libraries = [...execFileSync('ldd', [source], { encoding: 'utf8' }).matchAll(/(\/\S+)/g)].map(([, file = '']) => file);
  const libraryFolder = path.dirname(libraries.find((file) => path.basename(file).startsWith('libc.so')) ?? '/');
  const further = furtherLibraries.map((name) => path.join(libraryFolder, name)).filter((file) => existsSync(file));
  for (const library of [...libraries, ...further]) copyFile(folder, library, library);
}

function copyFile(folder: string, source: string, target: string): void {
  const copy = path.join(folder, target);
  mkdirSync(path.dirname(copy), { recursive: true });
  cpSync(source, copy, { dereference: true });
}

function findCommand(name: string): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${name} is not on the PATH`);
  return found;
}

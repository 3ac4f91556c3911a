import path from 'node:path';
import { buildFolder, goOffline, type Program } from '../../support/program.ts';

/** `python`: the interpreter that is Debian's, so that both versions of the client run on the same one. */
export const python: Program = {
  folder: path.join(import.meta.dirname, 'python'),
  tools: [['/usr/bin/python3', '-m', 'pip', '--version']],
  fetch: (out) => [
    ['/usr/bin/python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '-r', 'requirements.txt', '--target', path.join(out, 'lib')], // prettier-ignore
  ],
  compile: () => [],
};

export const go: Program = {
  folder: path.join(import.meta.dirname, 'go'),
  tools: [['go', 'version']],
  fetch: () => [['go', 'mod', 'download']],
  compile: (out) => [['env', ...goOffline, 'go', 'build', '-o', `${out}/`, './...']],
};

/** prometheus' `push` feature takes the machine's OpenSSL. */
export const rust: Program = {
  folder: path.join(import.meta.dirname, 'rust'),
  tools: [
    ['cargo', '--version'],
    ['cc', '--version'],
    ['pkg-config', '--modversion', 'openssl'],
  ],
  fetch: () => [
    ['cargo', 'fetch', '--quiet', '--locked', '--target', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`],
  ],
  compile: (out) => [
    ['cargo', 'build', '--quiet', '--offline', '--locked', '--bins', '--target-dir', rustTarget],
    ['cp', path.join(rustTarget, 'debug', 'push'), path.join(rustTarget, 'debug', 'example'), out],
  ],
};
/** The crates compiled are kept when our own sources change; cargo lets in one build at a time. */
const rustTarget = path.join(buildFolder, 'rust-target');

export const java: Program = {
  folder: path.join(import.meta.dirname, 'java'),
  tools: [
    ['javac', '-version'],
    ['mvn', '--version'],
  ],
  fetch: (out) => [
    [
      'mvn',
      '-q',
      '-B',
      'org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies',
      `-DoutputDirectory=${path.join(out, 'lib')}`,
    ],
  ],
  compile: (out) => [
    [
      'javac',
      '-encoding',
      'UTF-8',
      '-d',
      path.join(out, 'classes'),
      '-cp',
      path.join(out, 'lib', '*'),
      'push.java',
      'simpleclient.java',
      'example.java',
    ],
  ],
};

export const cpp: Program = {
  folder: path.join(import.meta.dirname, 'cpp'),
  tools: [
    ['g++', '--version'],
    ['pkg-config', '--modversion', 'prometheus-cpp-push'],
  ],
  fetch: () => [],
  compile: (out) =>
    ['push', 'example'].map(
      (name) => ['g++', '-std=c++17', '-o', path.join(out, name), `${name}.cpp`, '-lprometheus-cpp-push', '-lprometheus-cpp-core'] as const,
    ),
};

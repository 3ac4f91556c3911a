import path from 'node:path';
import type { OwnAuthority } from './own-authority.ts';
import { cpp, go, java, python, rust } from './programs.ts';
import type { Command, Program } from '../../support/program.ts';
import type { KeyName } from './scenarios.ts';

/** A client library under test. The tests are the same for all; what a client does otherwise is written down here, with its reason. */
export interface Client {
  readonly name: string;
  /** What is built first; `null`: it runs as it is, of what Debian or npm brought. */
  readonly program: Program | null;
  /** What it needs of Debian, for `needs`. */
  readonly debian: readonly string[];
  command(out: string): Command;
  /** The program that `docs/clients.md` shows. */
  example?(out: string): Command;
  readonly env?: (out: string) => Readonly<Record<string, string>>;
  /** How it is told to trust an authority of one's own; `null`: it cannot be told. */
  readonly trust: ((authority: OwnAuthority) => Readonly<Record<string, string>>) | null;
  readonly cannotDelete?: string;
  /** Types of metrics that it cannot push. */
  readonly lacks?: readonly ('summary' | 'histogram')[];
  /** What its error tells of a push that the gateway refused. */
  readonly tells: 'the reason' | 'the status';
  readonly quirks?: Readonly<Partial<Record<KeyName, Quirk>>>;
}

/** Where a client does not push into the group that it was asked for. */
export interface Quirk {
  readonly why: string;
  /** It says so: its error. */
  readonly error?: RegExp;
  /** It does not say so, and pushes into this group; `null`: nowhere. */
  readonly arrivesAs?: Readonly<Record<string, string>> | null;
  /** Gateways built with Go before 1.22, as Debian's is, clean escaped slashes out of a path; those of today do not. */
  readonly isOtherInOldGo?: true;
}

const plusForSpace: Quirk = {
  why: 'it writes a space as in a query string, and in a path a plus is a plus',
  arrivesAs: { job: 'nightly', instance: 'a+b++c' },
};
const onlyInstance: Quirk = { why: 'it knows no grouping label but instance', error: /no grouping label but instance/ };

const sslCertFile = ({ certificate }: OwnAuthority): Readonly<Record<string, string>> => ({ SSL_CERT_FILE: certificate });
const at = (...names: readonly string[]): string => path.join(import.meta.dirname, ...names);

const keyStorePassword = 'changeit';
const javaKeyStore = (authority: OwnAuthority): Readonly<Record<string, string>> => ({
  JAVA_TOOL_OPTIONS: `-Djavax.net.ssl.trustStore=${authority.makeKeyStore(keyStorePassword)} -Djavax.net.ssl.trustStorePassword=${keyStorePassword}`,
});
const javaCommand = (out: string, ...args: readonly string[]): Command => [
  'java',
  '-XX:TieredStopAtLevel=1',
  '-cp',
  `${path.join(out, 'classes')}:${path.join(out, 'lib', '*')}`,
  ...args,
];

export const clients: readonly Client[] = [
  {
    name: "Python's prometheus_client of PyPI",
    program: python,
    debian: ['python3', 'pip3'],
    command: () => ['/usr/bin/python3', at('python', 'push.py')],
    example: () => ['/usr/bin/python3', at('python', 'example.py')],
    env: (out) => ({ PYTHONPATH: path.join(out, 'lib') }),
    trust: sslCertFile,
    tells: 'the reason',
  },
  {
    name: "Python's prometheus_client of Debian",
    program: null,
    debian: ['python3', 'python3-prometheus-client'],
    command: () => ['/usr/bin/python3', at('python', 'push.py')],
    trust: sslCertFile,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: 'pushgate/client',
    program: null,
    debian: [],
    command: () => [process.execPath, at('node', 'pushgate-client.mjs')],
    example: () => [process.execPath, at('node', 'example.mjs')],
    trust: ({ certificate }) => ({ NODE_EXTRA_CA_CERTS: certificate }),
    tells: 'the reason',
  },
  {
    name: "Node's prom-client",
    program: null,
    debian: [],
    command: () => [process.execPath, at('node', 'prom-client.mjs')],
    example: () => [process.execPath, at('node', 'prom-client-example.mjs')],
    trust: ({ certificate }) => ({ NODE_EXTRA_CA_CERTS: certificate }),
    tells: 'the reason',
    quirks: {
      slash: {
        why: 'it writes a slash as %2F, which separates labels all the same',
        arrivesAs: { job: 'nightly', path: '', var: 'tmp' },
        isOtherInOldGo: true,
      },
      slashInJob: { why: 'it writes a slash as %2F', error: /status 400, odd number of components/ },
    },
  },
  {
    name: "Go's client_golang in protobuf",
    program: go,
    debian: [],
    command: (out) => [path.join(out, 'push'), 'protobuf'],
    example: (out) => [path.join(out, 'example')],
    trust: sslCertFile,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: "Go's client_golang in text",
    program: go,
    debian: [],
    command: (out) => [path.join(out, 'push'), 'text'],
    trust: sslCertFile,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: "Java's prometheus-metrics in protobuf",
    program: java,
    debian: [],
    command: (out) => javaCommand(out, 'Push', 'protobuf'),
    example: (out) => javaCommand(out, 'Backup'),
    trust: javaKeyStore,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: "Java's prometheus-metrics in text",
    program: java,
    debian: [],
    command: (out) => javaCommand(out, 'Push', 'text'),
    trust: javaKeyStore,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: "Java's older simpleclient",
    program: java,
    debian: [],
    command: (out) => javaCommand(out, 'SimpleClient'),
    trust: javaKeyStore,
    tells: 'the reason',
    quirks: { space: plusForSpace },
  },
  {
    name: "Rust's prometheus",
    program: rust,
    debian: [],
    command: (out) => [path.join(out, 'push')],
    example: (out) => [path.join(out, 'example')],
    trust: sslCertFile,
    cannotDelete: 'the crate has no function for it',
    lacks: ['summary'],
    tells: 'the status',
    quirks: {
      slash: { why: 'it refuses slashes', error: /contains '\/'/ },
      slashInJob: { why: 'it refuses slashes', error: /contains '\/'/ },
      signs: { why: 'it writes the signs of a URL as they are', error: /status code 400/ },
    },
  },
  {
    name: "C++'s prometheus-cpp of Debian",
    program: cpp,
    debian: ['prometheus-cpp-dev'],
    command: (out) => [path.join(out, 'push')],
    example: (out) => [path.join(out, 'example')],
    trust: null,
    tells: 'the reason',
    quirks: {
      slash: { why: 'it writes slashes as they are, and takes the redirect that follows for a success', arrivesAs: null },
      slashInJob: { why: 'it writes slashes as they are', error: /odd number of components/ },
      space: { why: 'it writes spaces as they are, which curl refuses', error: /status -3/ },
      signs: { why: 'it writes the signs of a URL as they are', error: /status 400/ },
    },
  },
  {
    name: "Ruby's prometheus-client-mmap of Debian",
    program: null,
    debian: ['ruby', 'ruby-prometheus-client-mmap'],
    command: () => ['/usr/bin/ruby', at('ruby', 'push.rb')],
    example: () => ['/usr/bin/ruby', at('ruby', 'example.rb')],
    trust: sslCertFile,
    lacks: ['summary', 'histogram'],
    tells: 'the reason',
    quirks: {
      labels: onlyInstance,
      slash: onlyInstance,
      slashInJob: { why: 'it writes a slash as %2F', error: /400 odd number of components/ },
      empty: onlyInstance,
      long: onlyInstance,
    },
  },
];

import { execFile } from 'node:child_process';
import { hashSync } from '@node-rs/bcrypt';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { needs } from '../../support/debian.ts';
import { leaveOut } from '../../support/left-out.ts';
import { type RunningServer, startPushgate, startReference } from '../../support/server.ts';
import { eventually, push, scrape } from '../target.ts';
import { ClientProcess, type PushRequest } from './client-process.ts';
import { type Client, clients } from './clients.ts';
import { OwnAuthority } from './own-authority.ts';
import { buildProgram, type BuiltProgram, type Program } from '../../support/program.ts';
import {
  groupingKeys,
  type KeyName,
  lastOnly,
  oneDelete,
  onePush,
  readAllGroups,
  readGroup,
  type Scenario,
  scenarios,
} from './scenarios.ts';

const run = promisify(execFile);
const settleMsMax = 5000;
const hasReference = needs('prometheus-pushgateway');
const [user, password] = ['pusher', 's3cret!'];

// Built before the tests are listed, so that what cannot be had here is told by name.
const wanted = clients.map((client) => ({ client, isInstalled: needs(...client.debian) }));
const programs = [
  ...new Set(wanted.flatMap(({ client, isInstalled }) => (isInstalled && client.program !== null ? [client.program] : []))),
];
const built = new Map<Program, BuiltProgram>(
  await Promise.all(programs.map(async (program) => [program, await buildProgram(program)] as const)),
);

let pushgate: RunningServer;
let gateways: readonly RunningServer[];
let guarded: RunningServer;
let secured: RunningServer;
let authority: OwnAuthority;

for (const { client } of wanted) {
  const program = programOf(client);
  if (program?.kind === 'left out') leaveOut(client.name, program.reason);
}

describe.runIf(needs('openssl'))('client libraries', () => {
  beforeAll(async () => {
    const flags = ['--web.enable-admin-api'];
    pushgate = await startPushgate(flags);
    gateways = hasReference ? [pushgate, await startReference(flags)] : [pushgate];
    authority = new OwnAuthority();
    const users = authority.writeFile('users.yml', `basic_auth_users: { ${user}: ${hashSync(password, { cost: 4 })} }`);
    guarded = await startPushgate([`--web.config.file=${users}`]);
    const tls = authority.writeFile('tls.yml', 'tls_server_config: { cert_file: server.pem, key_file: server.key }');
    secured = await startPushgate([`--web.config.file=${tls}`], { scheme: 'https' });
  });
  afterAll(async () => {
    await Promise.all([...gateways, guarded, secured].map((gateway) => gateway.stop()));
    authority.remove();
  });

  for (const { client, isInstalled } of wanted) {
    const program = programOf(client);
    if (program?.kind !== 'left out') describe.runIf(isInstalled)(client.name, () => proveClient(client, program?.out ?? ''));
  }
});

function programOf({ program }: Client): BuiltProgram | undefined {
  return program === null ? undefined : built.get(program);
}

function proveClient(client: Client, out: string): void {
  let running: ClientProcess;
  const env = client.env?.(out) ?? {};
  beforeAll(() => void (running = new ClientProcess(client.command(out), env)));
  afterAll(() => running.stop());
  beforeEach(() => Promise.all(gateways.map(wipe)));

  test.each(scenarios.filter(({ steps }) => canDo(client, steps)))('$title', async ({ steps, wanted }) => {
    const key = { job: 'nightly', instance: 'db1' };
    expect(await play(running, steps, 'nightly', { instance: 'db1' })).toBe('ok');
    await expectGroup(key, wanted.filter((line) => !client.lacks?.some((type) => line.startsWith(`${type} `)))); // prettier-ignore
    await expectSamePages();
  });

  test.each(keyNames)('pushes into a group and deletes it: %s', async (name) => {
    const { title, job, labels } = groupingKeys[name];
    const quirk = client.quirks?.[name];
    const answer = await play(running, onePush, job, labels);
    if (quirk?.error !== undefined) expect(answer, quirk.why).toMatch(quirk.error);
    else expect(answer, title).toBe('ok');
    const key = quirk?.arrivesAs ?? { job, ...labels };
    const isLost = quirk?.error !== undefined || quirk?.arrivesAs === null;
    await expectGroup(key, isLost ? [] : lastOnly);
    if (quirk?.isOtherInOldGo !== true) await expectSamePages();
    if (isLost || !canDo(client, oneDelete)) return;
    expect(await play(running, oneDelete, job, labels)).toBe('ok');
    await expectGroup(key, []);
    await expectSamePages();
  });

  test('tells of a push that is refused', async () => {
    for (const gateway of gateways) await push(gateway, '/metrics/job/owner', '# TYPE client_refused counter\nclient_refused 1\n');
    const steps = [{ operation: 'push', metrics: 'client_refused=2' }] as const;
    expect(await play(running, steps, 'nightly', { instance: 'db1' })).toMatch(client.tells === 'the reason' ? reason : /^error .*\b400\b/);
    await expectGroup({ job: 'nightly', instance: 'db1' }, []);
  });

  test('pushes with a password, and tells of a wrong one', async () => {
    const request = { ...lastPush, url: guarded.url, user };
    expect(await running.ask({ ...request, password: 'wrong' })).toMatch(/^error .*\b401\b/);
    expect(await running.ask({ ...request, password })).toBe('ok');
  });

  test('trusts a server that an authority of our own vouches for once it is told to, and not before', async () => {
    const request = { ...lastPush, url: secured.url };
    expect(await running.ask(request)).toMatch(/^error /);
    if (client.trust === null) return;
    const trusting = new ClientProcess(client.command(out), { ...env, ...client.trust(authority) });
    expect(await trusting.ask(request).finally(() => trusting.stop())).toBe('ok');
  });

  if (client.example === undefined) return;
  const [command, ...args] = client.example(out);
  test('has an example in docs/clients.md that works', async () => {
    const { url, port } = pushgate;
    const address = { PUSHGATE_URL: url, PUSHGATE_ADDRESS: `localhost:${String(port)}`, PUSHGATE_PORT: String(port) };
    await run(command, args, { env: { ...process.env, ...env, ...address }, timeout: settleMsMax });
    expect(await scrape(pushgate)).toMatch(/^backup_last_success_timestamp_seconds\{instance="db1",job="backup".*\} 1\.\d+e\+09$/m);
  });
}

const lastPush = { operation: 'push', metrics: 'client_last_seconds=5', job: 'nightly', labels: {} } as const;
const keyNames = Object.keys(groupingKeys) as KeyName[];
const reason = /^error .*pushed metrics are invalid or inconsistent/;

function canDo(client: Client, steps: Scenario['steps']): boolean {
  return client.cannotDelete === undefined || steps.every(({ operation }) => operation !== 'delete');
}

/** The same steps against every gateway, which must all be content or all be not. Gives the last answer of Pushgate's. */
async function play(client: ClientProcess, steps: Scenario['steps'], job: string, labels: PushRequest['labels']): Promise<string> {
  const answers: string[] = [];
  for (const { url } of gateways) {
    let answer = '';
    for (const step of steps) answer = await client.ask({ ...step, url, job, labels });
    answers.push(answer);
  }
  const [first = '', ...others] = answers;
  for (const other of others) expect(other === 'ok', `the reference: ${other}; Pushgate: ${first}`).toBe(first === 'ok');
  return first;
}

/** The reference answers deletes before they are done: what is wanted may take a moment. */
async function expectGroup(key: Readonly<Record<string, string>>, wanted: readonly string[]): Promise<void> {
  await eventually(settleMsMax, async () => {
    expect(readGroup(await scrape(pushgate), key)).toEqual([...wanted].sort());
    return true;
  });
}

async function expectSamePages(): Promise<void> {
  await eventually(settleMsMax, async () => {
    const [ours = [], ...others] = await Promise.all(gateways.map(async (gateway) => readAllGroups(await scrape(gateway))));
    for (const other of others) expect(ours).toEqual(other);
    return true;
  });
}

async function wipe(gateway: RunningServer): Promise<void> {
  expect((await fetch(`${gateway.url}/api/v1/admin/wipe`, { method: 'PUT' })).status).toBe(202);
  await eventually(settleMsMax, async () => (readAllGroups(await scrape(gateway)).length === 0 ? true : undefined));
}

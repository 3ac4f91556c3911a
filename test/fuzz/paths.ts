import type { Random } from './random.ts';

type LabelValues = Readonly<Record<string, string>>;

/**
 * The groups of a run. No two of them differ in `instance=""` alone and none has a label `le`: see `known-differences.ts`.
 */
const groups: readonly LabelValues[] = [
  { job: 'a' },
  { job: 'a', zone: 'z' },
  { job: 'a', zone: '' },
  { job: 'b', instance: 'i1' },
  { job: 'b', instance: 'i2' },
  { job: 'c', instance: '' },
  { job: 'Προμηθεύς/a b', path: '/var/tmp' },
  { job: 'q', quantile: '0.5' },
  { job: 'a', zone: 'z', x1: '+%2F"\\\n' },
];

/** A push path of one of the groups, in one of the many ways to write it. */
export function generateGroupPath(random: Random): string {
  const { job = '', ...others } = random.pick(groups);
  const pairs = random.shuffle(Object.entries(others)).map(([name, value]) => component(random, name, value));
  if (random.chance(0.03)) pairs.push(component(random, 'job', 'overruled'));
  const [first] = Object.keys(others);
  // The last of two equal names wins.
  if (first !== undefined && random.chance(0.03)) pairs.unshift(component(random, first, 'earlier'));
  return `/metrics/${component(random, 'job', job)}${pairs.map((pair) => `/${pair}`).join('')}`;
}

const wrongPaths = [
  '/metrics/job/a/x',
  '/metrics/job/a/x/y/z',
  '/metrics/job/a/x/y/',
  '/metrics/job/a/x-y/z',
  '/metrics/job/a/__x/z',
  '/metrics/job/a/1x/z',
  '/metrics/job/a/%C3%A9/z',
  '/metrics/job/a/x@base64/a',
  '/metrics/job/a/x@base64/a+Zh',
  '/metrics/job/a/x@base64/YQ==YQ',
  '/metrics/job/a/x@BASE64/YQ',
  '/metrics/job/a/@base64/YQ',
  '/metrics/job/a/x/%zz',
  '/metrics/job/a/x/a%2Fb',
  '/metrics/job@base64/=',
  '/metrics/job@base64',
  '/metrics/job',
  '/metrics/jobs/a',
  '/metrics/job//a',
  '/metrics/job/a/./x/y',
  '/metrics/job/a/x/../y/z',
  '//metrics/job/a',
];

/** A push path that is refused, not found or redirected. */
export function generateWrongPath(random: Random): string {
  return random.pick(wrongPaths);
}

/** Other URLs of the server. Their answers hold nothing that depends on the server's age or build. */
export const otherRequests: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/-/healthy'],
  ['GET', '/-/ready'],
  ['PUT', '/-/quit'],
  ['GET', '/-/quit'],
  ['PUT', '/-/healthy'],
  ['OPTIONS', '/-/healthy'],
  ['OPTIONS', '/metrics'],
  ['OPTIONS', '/metrics/job/a'],
  ['OPTIONS', '/api/v1/metrics'],
  ['OPTIONS', '/api/v1/nothing'],
  ['HEAD', '/metrics'],
  ['PUT', '/metrics'],
  ['GET', '/metrics/job/a'],
  ['PATCH', '/metrics/job/a/x'],
  ['GET', '/metrics/'],
  ['PUT', '/metrics/job/a/'],
  ['GET', '/nothing'],
  ['GET', '/api/v1/nothing'],
  ['PUT', '/api/v1/metrics'],
  ['PUT', '/api/v1/admin/wipe'],
  ['GET', '//metrics?x=y'],
  ['GET', '/-/ready/?a=b'],
];

function component(random: Random, name: string, value: string): string {
  const mustEncode = value === '' || value.includes('/');
  if (mustEncode || random.chance(0.25)) {
    const padding = random.chance(0.3) ? '==='.slice(0, (4 - (Buffer.byteLength(value) % 3)) % 4) : '';
    return `${name}@base64/${Buffer.from(value).toString('base64url')}${padding === '' && value === '' ? '=' : padding}`;
  }
  const escaped = encodeURIComponent(value);
  return `${name}/${random.chance(0.1) ? escaped.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`) : escaped}`;
}

import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { profileCpu, profileHeap, readProcessCommandLine } from '../../src/telemetry/profiles.ts';

interface DecodedProfile {
  readonly sampleTypes: string[];
  /** Values of the last type, summed up by the innermost function. */
  readonly byFunction: Map<string, number>;
}

function decode(document: Buffer): DecodedProfile {
  const profile = Profile.decode(gunzipSync(document));
  const textOf = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
  const byFunction = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const location = profile.location.find(({ id }) => Number(id) === Number(locationId[0]));
    const fn = profile.function.find(({ id }) => Number(id) === Number(location?.line[0]?.functionId));
    const name = textOf(fn?.name ?? 0);
    byFunction.set(name, (byFunction.get(name) ?? 0) + Number(value.at(-1)));
  }
  return { sampleTypes: profile.sampleType.map(({ type, unit }) => `${textOf(type)}/${textOf(unit)}`), byFunction };
}

/** Keeps the processor busy under a name that can be found in a profile. */
function burnCpuForProfile(durationMs: number): number {
  const endMs = performance.now() + durationMs;
  let sum = 0;
  while (performance.now() < endMs) for (let i = 0; i < 10_000; i++) sum += Math.sqrt(i);
  return sum;
}

const kept: unknown[] = [];
function keepMemoryForProfile(): void {
  for (let i = 0; i < 200_000; i++) kept.push({ i, text: `object ${i}` });
}

describe('a CPU profile', { timeout: 30_000 }, () => {
  test('shows who was busy, and for how long', async () => {
    const pending = profileCpu(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    burnCpuForProfile(600);
    const document = await pending;
    const { sampleTypes, byFunction } = decode(document);
    expect(sampleTypes).toEqual(['samples/count', 'cpu/nanoseconds']);
    expect(byFunction.get('burnCpuForProfile')).toBeGreaterThan(300e6);
    expect(byFunction.has('(idle)')).toBe(false);
  });

  test('is refused while another is taken, and possible again after it', async () => {
    const first = profileCpu(1);
    await expect(profileCpu(1)).rejects.toMatchObject({ code: 'PG_PROFILE_RUNNING', status: 409 });
    await first;
    await expect(profileCpu(1)).resolves.toBeInstanceOf(Buffer);
  });

  test('has bounds', async () => {
    for (const seconds of [0, 0.5, 301, -1, Number.NaN, Infinity]) {
      await expect(profileCpu(seconds), String(seconds)).rejects.toMatchObject({ code: 'PG_PROFILE_SECONDS', status: 400 });
    }
  });
});

test('a heap profile shows what was allocated and kept since the first one', { timeout: 30_000 }, async () => {
  await profileHeap();
  keepMemoryForProfile();
  const document = await profileHeap();
  const { sampleTypes, byFunction } = decode(document);
  expect(sampleTypes).toEqual(['inuse_space/bytes']);
  expect(byFunction.get('keepMemoryForProfile')).toBeGreaterThan(1e6);
});

test('the command line is joined by NUL', () => {
  expect(readProcessCommandLine().split('\0')).toEqual(process.argv);
});

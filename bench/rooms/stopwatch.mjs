// How the benches of the rooms take time: in this process, each case warm, the median of some samples.
import { median } from '../results.mjs';

/** PUSHGATE_BENCH_MS shortens a sample, for those who only want to know whether a bench runs. */
const sampleMs = Number(process.env.PUSHGATE_BENCH_MS ?? 200);
const warmMs = sampleMs * 2;
const sampleCount = 7;

/** Says what is measured. */
export function printTitle(room) {
  console.log(`\n${room}, Node ${process.version}\n${'case'.padEnd(58)} us per call       MB/s   lowest to highest us`);
}

/** Runs `act(i)` again and again and prints microseconds per call, and MB per second if a call has `bytes`. Promises are waited for. Returns the microseconds. */
export async function time(title, act, bytes = 0) {
  await runFor(warmMs, act);
  const samples = [];
  for (let count = 0; count < sampleCount; count++) samples.push(await runFor(sampleMs, act));
  const micros = median(samples);
  const spread = `${Math.min(...samples).toFixed(2)} to ${Math.max(...samples).toFixed(2)}`;
  const rate = bytes === 0 ? '' : (bytes / micros).toFixed(0);
  console.log(`${title.padEnd(58)} ${micros.toFixed(2).padStart(11)} ${rate.padStart(10)}   ${spread}`);
  return micros;
}

/** Microseconds per call. */
async function runFor(ms, act) {
  const begunMs = performance.now();
  let calls = 0;
  do {
    const result = act(calls++);
    if (result instanceof Promise) await result;
  } while (performance.now() - begunMs < ms);
  return ((performance.now() - begunMs) * 1000) / calls;
}

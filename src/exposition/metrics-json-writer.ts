import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { JsonChunks } from './json-chunks.ts';
import { familyToJson, formatRfc3339Nano, typeNames } from './metrics-json.ts';
import { isToldToJson, ReadyTextJson } from './metrics-json-text.ts';
import { readFamily } from './store-family.ts';

/** Writes JSON with families in it, in chunks. */
export class MetricsJsonWriter {
  readonly #out = new JsonChunks();
  readonly #readyText = new ReadyTextJson(this.#out);
  // The families of a group were mostly pushed at the same time.
  #timeMs = NaN;
  #timeText = '';

  write(json: string): void {
    this.#out.write(json);
  }

  /** Writes the JSON of `familyToJson`, a large family piece by piece; yields chunks that are full. */
  *writeFamily(stored: StoredFamily): Generator<Buffer> {
    const out = this.#out;
    if (isToldToJson(stored)) {
      out.write(this.#head(stored.type, stored.help, stored.pushedAtMs));
      yield* this.#readyText.writeMetrics(stored);
      out.write(']}');
    } else {
      out.write(JSON.stringify(familyToJson(readFamily(stored), stored.pushedAtMs)));
      if (out.isFull) yield out.take();
    }
  }

  /** What was written and not yielded. */
  take(): Buffer {
    return this.#out.take();
  }

  #head(type: MetricType, help: string | null, atMs: number): string {
    if (atMs !== this.#timeMs) this.#timeText = formatRfc3339Nano(atMs);
    this.#timeMs = atMs;
    const helpText = help === null || help === '' ? '' : `,"help":${JSON.stringify(help)}`;
    return `{"time_stamp":"${this.#timeText}","type":"${typeNames[type]}"${helpText},"metrics":[`;
  }
}

import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { GroupingKey } from '../../model/grouping-key.ts';
import type { LabelPair } from '../../model/metric-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import type { FamilyMessages } from '../fast-text/family-messages.ts';
import type { KeyTexts } from '../fast-text/line-labels.ts';
import { decodeFamilyMessage } from '../protobuf/codec.ts';
import { encodeFamilyHeader } from '../protobuf/family-header.ts';
import { MessageWriter } from '../protobuf/message-writer.ts';

/** A family that text does not tell in full: what its message begins with, and its metrics in pushed order. */
interface MessagePlan {
  readonly header: Uint8Array;
  readonly metrics: readonly MetricPlan[];
}

interface MetricPlan {
  /** Encoded labels, or the places of labels of the key. */
  readonly labels: readonly (Uint8Array | number)[];
  /** Where the value lies in the body: its message, which is copied as it is. */
  readonly span: number;
}

/** Decoding never awaits, so one serves all pushes. */
const writer = new MessageWriter();

/**
 * The messages that are kept beside the text for families with created timestamps, which Go's client has in all counters, summaries and
 * histograms: what was pushed, with the grouping labels merged in.
 */
export class MessageForm {
  readonly names: ReadonlySet<string>;
  /** Spans that a body must have for `write`. */
  readonly spanCount: number;
  /** Bytes kept, roughly. */
  readonly weight: number;
  readonly #plans: readonly (MessagePlan | null)[];

  /** Of families that the plain decoder made of a body; `firstSpans`: of those with a message, the spans of their metrics follow one another. */
  constructor(families: readonly StoredFamily[], firstSpans: ReadonlyMap<string, number>, key: GroupingKey) {
    const places = listKeyPlaces(key);
    this.#plans = families.map(({ name, protobuf }) =>
      protobuf === null ? null : planMessage(protobuf, firstSpans.get(name) ?? 0, places),
    );
    this.names = new Set(firstSpans.keys());
    const metrics = this.#plans.flatMap((plan) => plan?.metrics ?? []);
    this.spanCount = metrics.reduce((count, { span }) => Math.max(count, span + 1), 0);
    this.weight = metrics
      .flatMap(({ labels }) => labels)
      .reduce<number>((sum, label) => sum + (typeof label === 'number' ? 8 : label.length + 64), 0);
  }

  /** `spans`: of each where the length of its message begins in the body, and where the message ends. */
  write(body: Uint8Array, spans: Uint32Array, texts: KeyTexts): FamilyMessages {
    const keyLabels = encodeKeyLabels(texts);
    const ends = this.#plans.map((plan) => {
      if (plan === null) return writer.length;
      writer.copy(plan.header, 0, plan.header.length);
      for (const { labels, span } of plan.metrics) {
        const metric = writer.begin(0x22); // metric = 4
        for (const label of labels) {
          const encoded = typeof label === 'number' ? (keyLabels[label] as Uint8Array) : label;
          writer.copy(encoded, 0, encoded.length);
        }
        // The tag stands in front of the length.
        writer.copy(body, (spans[2 * span] as number) - 1, spans[2 * span + 1] as number);
        writer.end(metric);
      }
      return writer.length;
    });
    return { bytes: writer.take(), ends };
  }
}

function planMessage(protobuf: Uint8Array, firstSpan: number, places: ReadonlyMap<string, number>): MessagePlan {
  const family = decodeFamilyMessage(protobuf);
  const metrics = family.metrics.map(({ labels }, i) => ({
    labels: labels.map((label) => places.get(label.name) ?? encodeLabel(label)),
    span: firstSpan + i,
  }));
  return { header: encodeFamilyHeader(family), metrics };
}

/** The places of the labels of the key among `KeyTexts.labels`. The implied instance is none of them: a metric may have one of its own. */
function listKeyPlaces({ labels }: GroupingKey): ReadonlyMap<string, number> {
  const names = labels.map(({ name }) => name);
  const withInstance = names.includes('instance') ? names : [...names, 'instance'].sort();
  return new Map(names.map((name) => [name, withInstance.indexOf(name)]));
}

const knownLabels = new WeakMap<KeyTexts, readonly Uint8Array[]>();

function encodeKeyLabels(texts: KeyTexts): readonly Uint8Array[] {
  let labels = knownLabels.get(texts);
  if (labels === undefined) {
    labels = texts.labels.map((text, i) => {
      const value = Buffer.from(texts.values[i] as string, 'latin1').toString();
      return encodeLabel({ name: text.slice(0, text.indexOf('=')), value });
    });
    knownLabels.set(texts, labels);
  }
  return labels;
}

/** A label as a field of a metric. */
function encodeLabel({ name, value }: LabelPair): Uint8Array {
  return new BinaryWriter().uint32(0x0a).fork().uint32(0x0a).string(name).uint32(0x12).string(value).join().finish();
}

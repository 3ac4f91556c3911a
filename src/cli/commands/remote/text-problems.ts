import { describeRefusal, listWarnings } from '../../../api/v1/lint-problems.ts';
import type { LintProblem } from '../../../api/types.ts';
import { Refusal } from '../../../base/errors.ts';
import { PushTextError } from '../../../client/errors.ts';
import { checkPushText } from '../../../client/push-text.ts';
import { PushDecoder } from '../../../exposition/decode-push.ts';
import { createGroupingKey } from '../../../model/grouping-key.ts';
import type { LabelPair } from '../../../model/metric-family.ts';
import type { StoredFamily } from '../../../model/stored-family.ts';
import { createCheckedStore } from '../create-checked-store.ts';

/** What a gateway that holds nothing would say to a push of a text. */
export interface TextFindings {
  readonly problems: readonly LintProblem[];
  /** What was read, as far as it could be. */
  readonly families: number;
  readonly samples: number;
}

/** Checks a text as a server does: the decoder and the store of the real one, with nothing in it. The warnings come behind the error. */
export function findTextProblems(text: Buffer, labels: readonly LabelPair[], allowUtf8Names: boolean): TextFindings {
  const key = createGroupingKey(new Map(labels.map(({ name, value }) => [name, value])));
  let families: readonly StoredFamily[] = [];
  try {
    checkPushText(text);
    const push = new PushDecoder(allowUtf8Names).decode(text, undefined, key, 0);
    families = [...push.families.values()];
    const { refusal } = createCheckedStore().prepareWrite({ kind: 'replace', key, ...push, hasTimestamps: false, atMs: 0 });
    if (refusal !== null) throw refusal;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problem = error instanceof PushTextError ? describeTextError(error) : describeRefusal(error, text, families);
    return { problems: [problem, ...listWarnings(families, text)], ...sumUp(families) };
  }
  return { problems: listWarnings(families, text), ...sumUp(families) };
}

function describeTextError({ code, cause, reason, line, column }: PushTextError): LintProblem {
  const isPlaced = line > 0;
  return {
    severity: 'error',
    code: cause instanceof Refusal ? cause.code : code,
    message: reason,
    line: isPlaced ? line : null,
    column: isPlaced ? column : null,
  };
}

function sumUp(families: readonly StoredFamily[]): { families: number; samples: number } {
  return { families: families.length, samples: families.reduce((sum, { sampleCount }) => sum + sampleCount, 0) };
}

import { createInterface } from 'node:readline';

/** Answers each line of stdin with `ok`, or with the error that `push(fields)` rejects with (see ../README.md). */
export async function answerLines(push) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [operation, url, user, password, metrics, job, ...labels] = line.split('\t');
    const pairs = labels.map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]);
    const answer = await push({ operation, url, user, password, metrics, job, labels: Object.fromEntries(pairs) }).then(
      () => 'ok',
      (error) => `error ${error.message}`,
    );
    console.log(answer.replaceAll('\n', ' '));
  }
}

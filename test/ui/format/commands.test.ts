import { expect, test } from 'vitest';
import { formatDeleteCommand, formatFirstPushCommand, formatPushCommand, quoteShell } from '../../../src/ui/format/commands.ts';

const address = 'https://gate.example/prefix/';

test('a push from a shell names the method only where curl would take another', () => {
  expect(formatPushCommand(address, 'metrics/job/a', 'POST')).toBe('curl --data-binary @- https://gate.example/prefix/metrics/job/a');
  expect(formatPushCommand(address, 'metrics/job/a', 'PUT')).toBe('curl -X PUT --data-binary @- https://gate.example/prefix/metrics/job/a');
});

test('a group is deleted at its own path', () => {
  expect(formatDeleteCommand(address, 'metrics/job/a')).toBe('curl -X DELETE https://gate.example/prefix/metrics/job/a');
});

test('the first push brings its sample along', () => {
  expect(formatFirstPushCommand(address)).toBe(
    "echo 'my_first_metric 3.14' | curl --data-binary @- https://gate.example/prefix/metrics/job/my_job",
  );
});

test('nothing in an address can end the argument or start another command', () => {
  const f = (text: string, want: string): void => expect(quoteShell(text)).toBe(want);
  f('http://a:1/b', 'http://a:1/b');
  f("it's; rm -rf $HOME", `'it'\\''s; rm -rf $HOME'`);
  f('`id` $(id) &', "'`id` $(id) &'");
  f('', "''");
});

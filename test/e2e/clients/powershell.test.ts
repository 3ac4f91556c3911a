import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../support/debian.ts';
import { type RunningServer, startPushgate, startReference } from '../../support/server.ts';
import { scrape } from '../target.ts';
import { readSnippets } from './snippets.ts';

/**
 * There is no PowerShell here: these are the bytes that it sends. `-Body` of a text goes out as Latin-1 in Windows PowerShell, with `?`
 * for letters that Latin-1 does not have, and in the charset of `-ContentType` where that names one (PowerShell 7.4: else UTF-8). Without
 * `-ContentType` a POST is called a form. Here-strings have the line ends of the script and none at their end; `>` writes UTF-16 with a
 * byte order mark, `-Encoding UTF8` writes UTF-8 with one, and `-InFile` sends the file as it is.
 */
const form = 'application/x-www-form-urlencoded';
const utf8Text = 'text/plain; charset=utf-8';

let pushgate: RunningServer;
let gateways: readonly RunningServer[];
beforeAll(async () => {
  pushgate = await startPushgate();
  gateways = needs('prometheus-pushgateway') ? [pushgate, await startReference()] : [pushgate];
});
afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

describe('what PowerShell sends is answered with the status of the reference', () => {
  // In the order: what it is, the bytes, their Content-Type, and what the answer of Pushgate tells (`null`: it is taken).
  test.each<[string, Buffer, string, string | null]>([
    ['a text with `n', Buffer.from('ps_files 1\n', 'latin1'), form, null],
    ['a text in UTF-8 that says so', Buffer.from('ps_files{path="café"} 1\n'), utf8Text, null],
    ['letters that Latin-1 does not have', Buffer.from('ps_files{path="?"} 1\n', 'latin1'), form, null],
    [
      'a here-string of a script with Windows line ends',
      Buffer.from('ps_files 1\r\nps_bytes 2', 'latin1'),
      form,
      'without a carriage return',
    ],
    ['a type in such a here-string', Buffer.from('# TYPE ps_files gauge\r\nps_files 1', 'latin1'), form, 'without a carriage return'],
    [
      'a here-string of a script with Unix line ends',
      Buffer.from('ps_files 1\nps_bytes 2', 'latin1'),
      form,
      'the last line must end in a line feed',
    ],
    ['letters of Latin-1', Buffer.from('ps_files{path="café"} 1\n', 'latin1'), form, 'the body must be UTF-8'],
    ['a file of Set-Content -Encoding UTF8', Buffer.from('\ufeffps_files 1\r\n'), form, 'begins with a byte order mark'],
    ['a file of Out-File', Buffer.from('\ufeffps_files 1\r\n', 'utf16le'), form, 'the body is UTF-16'],
    ['a file of Out-File -Encoding BigEndianUnicode', Buffer.from('\ufeffps_files 1\r\n', 'utf16le').swap16(), form, 'the body is UTF-16'],
  ])('%s', async (_, body, type, told) => {
    const answers = await Promise.all(gateways.map(({ url }) => post(`${url}/metrics/job/ps`, body, type)));
    const [ours = { status: 0, text: '' }] = answers;
    expect(answers.map(({ status }) => status)).toEqual(gateways.map(() => (told === null ? 200 : 400)));
    if (told !== null) expect(ours.text).toContain(`; hint: `);
    expect(ours.text).toContain(told ?? '');
  });
});

test('docs/clients.md: the command for PowerShell pushes what it says', async () => {
  const [snippet = ''] = readSnippets('powershell');
  const [, text = ''] = /\$body = "(.*)"/.exec(snippet) ?? [];
  const [, type = ''] = /-ContentType '(.*)'/.exec(snippet) ?? [];
  const [, path = ''] = /:9091(\S+)/.exec(snippet) ?? [];
  expect(await post(pushgate.url + path, Buffer.from(text.replaceAll('`n', '\n')), type)).toEqual({ status: 200, text: '' });
  expect(await scrape(pushgate)).toContain('backup_size_bytes{instance="",job="backup"} 1.23456789e+08\n');
});

/** As Windows PowerShell does it: it asks with `Expect: 100-continue` before it sends a body. */
function post(url: string, body: Buffer, type: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': type, 'Content-Length': body.length, Expect: '100-continue', 'User-Agent': 'WindowsPowerShell/5.1' };
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text })).on('error', reject);
    });
    sent.on('continue', () => sent.end(body)).on('error', reject);
    sent.flushHeaders();
  });
}

import { expect, test } from 'vitest';
import { compareErrors, listDeclaredErrors, readErrorsPage } from './errors.ts';
import { readRepository, select } from './tree.ts';

const repository = readRepository();
const row = (code: string, status: string): string => `| \`${code}\` | ${status} | when | do |\n`;

test('docs/errors.md lists every error that the code declares, and no other', () => {
  const sources = select(repository, 'src/', '.ts');
  expect(compareErrors(listDeclaredErrors(sources), repository.get('docs/errors.md') ?? '')).toEqual([]);
});

test('declarations are read with their status', () => {
  const source = `export const a = defineRefusal('PG_A', 400);\nexport const b = defineFailure('PG_B');`;
  expect(listDeclaredErrors(new Map([['src/x/errors.ts', source]]))).toEqual([
    { code: 'PG_A', status: 400 },
    { code: 'PG_B', status: null },
  ]);
});

test('a code that cannot be read is not overlooked', () => {
  const read = (source: string) => () => listDeclaredErrors(new Map([['src/x/errors.ts', source]]));
  expect(read('defineRefusal(prefix + "A", 400)')).toThrow('needs a plain string');
  expect(read('defineRefusal("PG_A", bad)')).toThrow('needs a plain number');
});

test('the page is read with its retired codes apart', () => {
  const page = `${row('PG_A', '400')}${row('PG_B', '–')}## Retired\n\n| \`PG_C\` | 0.1.0 |\n`;
  expect(readErrorsPage(page)).toEqual({
    listed: [
      { code: 'PG_A', status: 400 },
      { code: 'PG_B', status: null },
    ],
    retired: ['PG_C'],
  });
});

test('each kind of disagreement is told', () => {
  const f = (declared: [string, number | null][], page: string, want: string[]): void => {
    expect(
      compareErrors(
        declared.map(([code, status]) => ({ code, status })),
        page,
      ),
    ).toEqual(want);
  };
  f([['PG_A', 400]], row('PG_A', '400'), []);
  f([['PG_A', 400]], '', ['PG_A (400) is declared but not in docs/errors.md']);
  f([], row('PG_A', '400'), ['PG_A (400) is in docs/errors.md but not declared']);
  f([['PG_A', 400]], row('PG_A', '413'), [
    'PG_A (400) is declared but not in docs/errors.md',
    'PG_A (413) is in docs/errors.md but not declared',
  ]);
  f(
    [
      ['PG_A', null],
      ['PG_A', null],
    ],
    row('PG_A', '–'),
    ['PG_A is declared twice'],
  );
  f([['PG_A', 400]], `${row('PG_A', '400')}## Retired\n| \`PG_A\` |\n`, ['PG_A is retired and must not come back']);
  f([['OOPS', null]], '', ['OOPS (failure) is declared but not in docs/errors.md', 'OOPS does not look like PG_...']);
});

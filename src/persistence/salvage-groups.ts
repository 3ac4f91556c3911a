import {
  branchPageFlags,
  leafPageFlags,
  overflowPageFlags,
  PageError,
  pageHeadBytes,
  readBranchPage,
  readLeafPage,
  type LeafNode,
} from './lmdb-page.ts';
import { treeDepthMax } from './limits.ts';
import type { PageFile } from './lmdb-walk.ts';
import type { FormRecord } from './group-log.ts';
import { bringForm, type StoredGroup } from './read-store.ts';
import { decodeEntry, decodeFormEntry, formKeyBytes, isEntryKey, type Entry } from './store-record.ts';

export interface SalvagedGroups {
  /** Found where the last commit put them. */
  readonly current: ReadonlyMap<string, StoredGroup>;
  /** Found on pages that nothing readable leads to: the last state of a group whose page is lost, or an older one, or a deleted group. */
  readonly stray: ReadonlyMap<string, StoredGroup>;
  /** Keys of groups whose form is lost, and of which nothing older was found either. */
  readonly formless: ReadonlySet<string>;
}

/**
 * Collects every group of a damaged file whose entry and form prove themselves by checksum and digest: first those that the tree from `root`
 * leads to, as far as it can be read, then those on any other page, the newest of each group.
 */
export function salvageGroups(file: PageFile, root: number | null): SalvagedGroups {
  // One id is one form, on whatever page it stands.
  const forms = new Map<string, FormRecord>();
  for (let page = 2; page < file.pages; page++) for (const form of readPage(file, page, readFormEntry)) forms.set(form.id, form);
  const current = new Map<string, StoredGroup>();
  const stray = new Map<string, StoredGroup>();
  const formless = new Set<string>();
  const seen = new Set<number>();
  if (root !== null) collectTree(root, treeDepthMax);
  for (let page = 2; page < file.pages; page++) {
    if (seen.has(page)) continue;
    for (const group of readGroups(page)) {
      if (current.has(group.key)) continue;
      const known = stray.get(group.key);
      if (known === undefined || known.revision < group.revision) stray.set(group.key, group);
    }
  }
  for (const key of formless) if (current.has(key) || stray.has(key)) formless.delete(key);
  return { current, stray, formless };

  function collectTree(page: number, depth: number): void {
    if (depth === 0 || page < 2 || page >= file.pages || seen.has(page)) return;
    seen.add(page);
    for (const group of readGroups(page)) current.set(group.key, group);
    for (const child of readPageChildren(file, page)) collectTree(child, depth - 1);
  }

  function readGroups(page: number): StoredGroup[] {
    return readPage(file, page, readGroupEntry).flatMap((entry) => {
      const group = bringForm(entry, forms);
      if (group === null) formless.add(entry.key);
      return group ?? [];
    });
  }
}

function readPageChildren(file: PageFile, page: number): number[] {
  const bytes = file.readPage(page);
  if (bytes.readUInt16LE(18) !== branchPageFlags) return [];
  return orElse([], () => readBranchPage(bytes, page).map(({ child }) => child));
}

/** What `read` makes of the entries of a leaf page. */
function readPage<T>(file: PageFile, page: number, read: (key: Buffer, data: () => Buffer) => T | string | null): T[] {
  const bytes = file.readPage(page);
  if (bytes.readUInt16LE(18) !== leafPageFlags) return [];
  return orElse([], () => readLeafPage(bytes, page)).flatMap((node) => {
    const found = orElse(null, () => read(node.key, () => readData(file, bytes, node)));
    return found === null || typeof found === 'string' ? [] : [found];
  });
}

function readGroupEntry(key: Buffer, data: () => Buffer): Entry | string | null {
  return isEntryKey(key) ? decodeEntry(key, data()) : null;
}

function readFormEntry(key: Buffer, data: () => Buffer): FormRecord | string | null {
  return key.length === formKeyBytes ? decodeFormEntry(key, data()) : null;
}

function readData(file: PageFile, page: Buffer, node: LeafNode): Buffer {
  return node.start < 0 ? readOverflow(file, node) : Buffer.from(page.subarray(node.start, node.start + node.dataBytes));
}

function readOverflow(file: PageFile, { overflowPage, dataBytes }: LeafNode): Buffer {
  const bytes = pageHeadBytes + dataBytes;
  if (overflowPage * file.pageSize + bytes > file.pages * file.pageSize) throw new PageError(overflowPage, 'it is outside the file');
  const data = file.readBytes(overflowPage, bytes);
  if (data.readUInt16LE(18) !== overflowPageFlags) throw new PageError(overflowPage, 'it is not an overflow page');
  return data.subarray(pageHeadBytes);
}

/** What `read` returns, or `otherwise` where a page is damaged. */
function orElse<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PageError) return otherwise;
    throw error;
  }
}

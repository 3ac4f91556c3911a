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
import { decodeEntry, entryKeyBytes, type Entry } from './store-record.ts';

export interface SalvagedEntries {
  /** Found where the last commit put them. */
  readonly current: ReadonlyMap<string, Entry>;
  /** Found on pages that nothing readable leads to: the last state of a group whose page is lost, or an older one, or a deleted group. */
  readonly stray: ReadonlyMap<string, Entry>;
}

/**
 * Collects every entry of a damaged file that proves itself by its checksum: first those that the tree from `root` leads to, as far as
 * it can be read, then those on any other page, the newest of each group.
 */
export function salvageEntries(file: PageFile, root: number | null): SalvagedEntries {
  const current = new Map<string, Entry>();
  const stray = new Map<string, Entry>();
  const seen = new Set<number>();
  if (root !== null) collectTree(root, treeDepthMax);
  for (let page = 2; page < file.pages; page++) {
    if (seen.has(page)) continue;
    for (const entry of readPageEntries(file, page)) {
      if (current.has(entry.key)) continue;
      const known = stray.get(entry.key);
      if (known === undefined || known.revision < entry.revision) stray.set(entry.key, entry);
    }
  }
  return { current, stray };

  function collectTree(page: number, depth: number): void {
    if (depth === 0 || page < 2 || page >= file.pages || seen.has(page)) return;
    seen.add(page);
    for (const entry of readPageEntries(file, page)) current.set(entry.key, entry);
    for (const child of readPageChildren(file, page)) collectTree(child, depth - 1);
  }
}

function readPageChildren(file: PageFile, page: number): number[] {
  const bytes = file.readPage(page);
  if (bytes.readUInt16LE(18) !== branchPageFlags) return [];
  return orElse([], () => readBranchPage(bytes, page).map(({ child }) => child));
}

function readPageEntries(file: PageFile, page: number): Entry[] {
  const bytes = file.readPage(page);
  if (bytes.readUInt16LE(18) !== leafPageFlags) return [];
  return orElse([], () => readLeafPage(bytes, page)).flatMap((node) => orElse([], () => readEntry(file, bytes, node)));
}

function readEntry(file: PageFile, page: Buffer, node: LeafNode): Entry[] {
  if (node.key.length !== entryKeyBytes) return [];
  const entry = decodeEntry(
    node.key,
    node.start < 0 ? readOverflow(file, node) : Buffer.from(page.subarray(node.start, node.start + node.dataBytes)),
  );
  return typeof entry === 'string' ? [] : [entry];
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

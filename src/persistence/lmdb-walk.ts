import { readSync } from 'node:fs';
import { treeDepthMax } from './limits.ts';
import {
  branchPageFlags,
  checkPageHead,
  leafPageFlags,
  overflowPageFlags,
  PageError,
  pageHeadBytes,
  readBranchPage,
  readLeafPage,
  readMetaPage,
  type LeafNode,
  type MetaPage,
  type TreeRoot,
} from './lmdb-page.ts';

/** Receives each entry of the data, in order of keys. The buffers are its own to keep; `page` is where the entry stands. */
export type EntryVisitor = (key: Buffer, data: Buffer, page: number) => void;

/** How the pages of a file are used. */
export interface PageUse {
  readonly pageSize: number;
  readonly pages: number;
  readonly freePages: number;
}

/** Reads pages of an open file. */
export class PageFile {
  readonly fd: number;
  readonly pageSize: number;
  /** Whole pages in the file. */
  readonly pages: number;

  constructor(fd: number, fileBytes: number, pageSize: number) {
    this.fd = fd;
    this.pageSize = pageSize;
    this.pages = Math.floor(fileBytes / pageSize);
  }

  readPage(page: number): Buffer {
    return this.readBytes(page, this.pageSize);
  }

  /** Reads from the start of a page into a buffer of its own. */
  readBytes(page: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    const position = page * this.pageSize;
    const read = position + length > this.pages * this.pageSize ? 0 : readSync(this.fd, bytes, 0, length, position);
    if (read !== length) throw new PageError(page, `it is outside the file, which ends after page ${this.pages - 1}`);
    return bytes;
  }
}

/** Finds the state that LMDB would use. Throws a PageError unless both meta pages are sound and follow one another. */
export function readLatestMeta(fd: number, fileBytes: number): MetaPage {
  const first = readMetaPage(new PageFile(fd, fileBytes, 512).readBytes(0, 512), 0);
  const file = new PageFile(fd, fileBytes, first.pageSize);
  const second = readMetaPage(file.readBytes(1, 512), 1);
  if (second.pageSize !== first.pageSize) throw new PageError(1, `the page size is ${second.pageSize} and ${first.pageSize} on page 0`);
  // Every transaction writes the page that the last one did not: the even ones page 0, the odd ones page 1.
  const areConsecutive = Math.abs(first.transactionId - second.transactionId) === 1 && first.transactionId % 2 === 0;
  if (!areConsecutive) {
    throw new PageError(0, `transactions ${first.transactionId} and ${second.transactionId} do not follow one another`);
  }
  return first.transactionId > second.transactionId ? first : second;
}

/**
 * Walks the state that LMDB would use and hands out all data, having checked all that LMDB will rely on: every page that is in use
 * is used once, lies in the file, says its own number and is no newer than the commit; keys are in order within and across pages;
 * the counts are right; and no page is free and in use, or free twice. Pages that are neither are lost space, and harmless.
 * Throws a PageError.
 */
export function walkPages(file: PageFile, meta: MetaPage, visit: EntryVisitor): PageUse {
  // Pages freed in the transaction that took them may never have been written, so a file can be a little shorter than it says.
  if (meta.lastPage < 1 || meta.lastPage > file.pages * 2) throw new PageError(0, `the last page is ${meta.lastPage} of ${file.pages}`);
  const walk = new PageWalk(file, meta);
  walk.walkTree(meta.free, compareNumbers, (node, page, at) => {
    walk.addFreeList(walk.readData(page, node, at), at);
  });
  walk.walkTree(meta.main, compareBytes, (node, page, at) => {
    visit(node.key, walk.readData(page, node, at), at);
  });
  return { pageSize: meta.pageSize, pages: meta.lastPage + 1, freePages: walk.checkFreePages() };
}

type Compare = (a: Buffer, b: Buffer) => number;
type NodeVisitor = (node: LeafNode, page: Buffer, at: number) => void;

function compareBytes(a: Buffer, b: Buffer): number {
  return Buffer.compare(a, b);
}

/** The keys of the free tree are transaction numbers in 8 bytes. */
function compareNumbers(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) return Number.NaN;
  return Number(a.readBigUInt64LE() - b.readBigUInt64LE());
}

class PageWalk {
  readonly #file: PageFile;
  readonly #meta: MetaPage;
  readonly #isUsed: Uint8Array;
  readonly #free: { page: number; count: number; at: number }[] = [];
  #branchPages = 0;
  #leafPages = 0;
  #overflowPages = 0;
  #entries = 0;
  #lastKey: Buffer | null = null;

  constructor(file: PageFile, meta: MetaPage) {
    this.#file = file;
    this.#meta = meta;
    this.#isUsed = new Uint8Array(meta.lastPage + 1);
    this.#isUsed.fill(1, 0, 2);
  }

  walkTree(tree: TreeRoot, compare: Compare, visit: NodeVisitor): void {
    this.#branchPages = this.#leafPages = this.#overflowPages = this.#entries = 0;
    this.#lastKey = null;
    if (tree.depth > treeDepthMax) throw new PageError(0, `a tree of depth ${tree.depth}`);
    if (tree.root !== null) this.#walkPage(tree.root, tree.depth, null, compare, visit);
    const counted = `${this.#branchPages}, ${this.#leafPages}, ${this.#overflowPages} pages and ${this.#entries} entries`;
    const expected = `${tree.branchPages}, ${tree.leafPages}, ${tree.overflowPages} pages and ${tree.entries} entries`;
    if (counted !== expected) throw new PageError(0, `a tree has ${counted} (branch, leaf, overflow), and should have ${expected}`);
  }

  /** Visits the page and what is below it; all keys there are below `end`. The order from page to page is held by `#lastKey`. */
  #walkPage(page: number, depth: number, end: Buffer | null, compare: Compare, visit: NodeVisitor): void {
    this.#use(page, 1);
    const bytes = this.#file.readPage(page);
    checkPageHead(bytes, page, this.#meta.transactionId);
    const flags = bytes.readUInt16LE(18);
    if (flags !== (depth > 1 ? branchPageFlags : leafPageFlags)) throw new PageError(page, `it has the flags ${flags} at depth ${depth}`);
    if (depth > 1) {
      this.#branchPages += 1;
      const nodes = readBranchPage(bytes, page);
      nodes.forEach(({ key, child }, i) => {
        // Keys below this separator came before, so the next one must not be smaller: that is what `#lastKey` says.
        if (i > 0) this.#passKey(key, page, compare, true);
        this.#walkPage(child, depth - 1, nodes[i + 1]?.key ?? end, compare, visit);
      });
      return;
    }
    this.#leafPages += 1;
    for (const node of readLeafPage(bytes, page)) {
      this.#passKey(node.key, page, compare, false);
      if (end !== null && !(compare(node.key, end) < 0)) throw new PageError(page, 'a key belongs to the next page');
      this.#entries += 1;
      visit(node, bytes, page);
    }
  }

  /** A separator may be equal to the first key behind it, and is above every key before it. */
  #passKey(key: Buffer, page: number, compare: Compare, isSeparator: boolean): void {
    if (this.#lastKey !== null) {
      const order = compare(this.#lastKey, key);
      if (!(order < 0 || (order === 0 && this.#isSeparatorLast))) throw new PageError(page, 'its keys are not in order');
    }
    this.#lastKey = key;
    this.#isSeparatorLast = isSeparator;
  }
  #isSeparatorLast = false;

  readData(page: Buffer, node: LeafNode, at: number): Buffer {
    if (node.overflowPage < 0) {
      const data = Buffer.allocUnsafeSlow(node.dataBytes);
      page.copy(data, 0, node.start, node.start + node.dataBytes);
      return data;
    }
    const { overflowPage, overflowPages } = node;
    const bytes = pageHeadBytes + node.dataBytes;
    if (Math.ceil(bytes / this.#file.pageSize) !== overflowPages) throw new PageError(at, `${bytes} bytes on ${overflowPages} pages`);
    this.#use(overflowPage, overflowPages);
    this.#overflowPages += overflowPages;
    const head = this.#file.readBytes(overflowPage, bytes);
    checkPageHead(head, overflowPage, this.#meta.transactionId);
    const isSound = head.readUInt16LE(18) === overflowPageFlags && head.readUInt32LE(20) === overflowPages;
    if (!isSound) throw new PageError(overflowPage, `it does not begin the ${overflowPages} overflow pages that it should`);
    return head.subarray(pageHeadBytes);
  }

  /**
   * Reads one entry of the free tree: a number of words, then the words. In the list of `lmdb` a word is a page, or 0 for none, or
   * minus the length of a run whose first page is the next word.
   */
  addFreeList(data: Buffer, at: number): void {
    const words = data.length % 8 === 0 && data.length > 0 ? readSafe64(data, 0) : -1;
    if (words < 0 || (words + 1) * 8 > data.length) throw new PageError(at, `a list of ${words} free pages in ${data.length} bytes`);
    for (let i = 1; i <= words; i++) {
      const word = readSafe64(data, i * 8);
      if (word === 0) continue;
      const isRun = word < 0;
      if (isRun) i += 1;
      if (i > words) throw new PageError(at, 'a run of free pages without its first page');
      this.#free.push({ page: isRun ? readSafe64(data, i * 8) : word, count: isRun ? -word : 1, at });
    }
  }

  /** Returns the number of free pages. */
  checkFreePages(): number {
    let total = 0;
    for (const { page, count, at } of this.#free) {
      try {
        this.#use(page, count);
      } catch (error) {
        if (!(error instanceof PageError)) throw error;
        throw new PageError(at, `it lists ${count} free pages from page ${page} on: ${error.message}`);
      }
      total += count;
    }
    return total;
  }

  #use(page: number, count: number): void {
    if (!(page >= 2 && count >= 1 && page + count - 1 <= this.#meta.lastPage)) throw new PageError(page, 'it is outside the store');
    for (let i = page; i < page + count; i++) {
      if (this.#isUsed[i] !== 0) throw new PageError(i, 'it is used twice');
      this.#isUsed[i] = 1;
    }
  }
}

/** A signed 64-bit number; far out of any range it loses precision, and is refused for its size. */
function readSafe64(data: Buffer, at: number): number {
  return data.readInt32LE(at + 4) * 0x1_0000_0000 + data.readUInt32LE(at);
}

/**
 * The pages of an LMDB file as `lmdb` 3.x writes them (data format 2, 64 bit, little endian; `struct MDB_page`, `MDB_meta`, `MDB_db`
 * and `MDB_node` in its mdb.c). LMDB maps the file and believes every byte of it: a flipped bit in a page number makes it read, or
 * overwrite, whatever is there. So a file is walked here, with every reference checked, before LMDB may open it.
 */

/** Why a page is damaged; caught by the walk, which adds the file. */
export class PageError extends Error {
  override readonly name: string = 'PageError';
  readonly page: number;

  constructor(page: number, message: string) {
    super(message);
    this.page = page;
  }
}

export const pageHeadBytes = 24;
export const metaPageFlags = 0x08;
export const branchPageFlags = 0x01;
export const leafPageFlags = 0x02;
export const overflowPageFlags = 0x04;
/** The root of an empty tree. */
export const noPage = 0xffff_ffff_ffff_ffffn;

const metaMagic = 0xbeefc0de;
const dataVersion = 2;
const nodeHeadBytes = 8;
const bigNodeFlag = 0x01;
const pageSizeMin = 512;
const pageSizeMax = 65536;

/** One of the two trees in a file: the free pages and the data. */
export interface TreeRoot {
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** `null`: the tree is empty. */
  readonly root: number | null;
}

/** A meta page: one of the two states that a file holds, the newer one being the last commit. */
export interface MetaPage {
  readonly pageSize: number;
  readonly free: TreeRoot;
  readonly main: TreeRoot;
  readonly lastPage: number;
  readonly transactionId: number;
}

/** Whether the first bytes of a file are those of an LMDB file, sound or not. */
export function isLmdbFile(head: Buffer): boolean {
  return head.length >= pageHeadBytes + 4 && head.readUInt32LE(pageHeadBytes) === metaMagic;
}

/** Reads the meta page `index` (0 or 1); `bytes` hold at least its first 184 bytes. */
export function readMetaPage(bytes: Buffer, index: number): MetaPage {
  const fail = (message: string): never => {
    throw new PageError(index, message);
  };
  const at = pageHeadBytes;
  if (bytes.readUInt16LE(18) !== metaPageFlags) fail('it is not a meta page');
  if (bytes.readUInt32LE(at) !== metaMagic) fail('the mark of an LMDB file is missing');
  if ((bytes.readUInt32LE(at + 4) & 0xffff) !== dataVersion) fail('the LMDB data format is unknown');
  const pageSize = bytes.readUInt32LE(at + 24);
  if (pageSize < pageSizeMin || pageSize > pageSizeMax || (pageSize & (pageSize - 1)) !== 0) fail(`the page size is ${pageSize}`);
  // MDB_INTEGERKEY, and MDB_NOSUBDIR, which is kept with it; the keys of the data are plain bytes.
  const freeFlags = bytes.readUInt16LE(at + 28);
  const mainFlags = bytes.readUInt16LE(at + 76);
  if (freeFlags !== 0x4008 || mainFlags !== 0) fail(`the tree flags are ${freeFlags} and ${mainFlags}`);
  return {
    pageSize,
    free: readTreeRoot(bytes, at + 24, index),
    main: readTreeRoot(bytes, at + 72, index),
    lastPage: readSafe(bytes, at + 120, index, 'last page'),
    transactionId: readSafe(bytes, at + 128, index, 'transaction number'),
  };
}

function readTreeRoot(bytes: Buffer, at: number, page: number): TreeRoot {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    depth: bytes.readUInt16LE(at + 6),
    branchPages: readSafe(bytes, at + 8, page, 'number of branch pages'),
    leafPages: readSafe(bytes, at + 16, page, 'number of leaf pages'),
    overflowPages: readSafe(bytes, at + 24, page, 'number of overflow pages'),
    entries: readSafe(bytes, at + 32, page, 'number of entries'),
    root: root === noPage ? null : readSafe(bytes, at + 40, page, 'root page'),
  };
}

/** Reads an unsigned 64-bit number that no sound file has beyond 2^53. */
export function readSafe(bytes: Buffer, at: number, page: number, what: string): number {
  const high = bytes.readUInt32LE(at + 4);
  if (high > 0x1f_ffff) throw new PageError(page, `the ${what} is out of all bounds`);
  return high * 0x1_0000_0000 + bytes.readUInt32LE(at);
}

/** A node of a branch page: where the keys from `key` on are. The first key of a page is empty. */
export interface BranchNode {
  readonly key: Buffer;
  readonly child: number;
}

/** A node of a leaf page: the data stands in the page, or on overflow pages. */
export interface LeafNode {
  readonly key: Buffer;
  readonly dataBytes: number;
  /** Where the data begins in the leaf page; -1 if it is on overflow pages. */
  readonly start: number;
  readonly overflowPage: number;
  readonly overflowPages: number;
}

/** Checks what every page says of itself. A page from the future would be taken for a writable one. */
export function checkPageHead(bytes: Buffer, page: number, transactionId: number): void {
  if (readSafe(bytes, 0, page, 'page number') !== page) throw new PageError(page, 'it holds another page');
  if (readSafe(bytes, 8, page, 'transaction number') > transactionId) throw new PageError(page, 'it is newer than the last commit');
}

/** Reads all nodes of a branch page. */
export function readBranchPage(bytes: Buffer, page: number): BranchNode[] {
  const nodes = findNodes(bytes, page).map((at) => {
    const keyStart = at + nodeHeadBytes;
    const keyEnd = keyStart + bytes.readUInt16LE(at + 6);
    if (keyEnd > bytes.length) throw new PageError(page, 'a key ends outside the page');
    const child = bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * 0x1_0000_0000;
    return { key: bytes.subarray(keyStart, keyEnd), child, bytes: nodeHeadBytes + keyEnd - keyStart };
  });
  checkFill(bytes, page, nodes);
  if (nodes.length < 2) throw new PageError(page, 'a branch page with fewer than two children');
  return nodes;
}

/** Reads all nodes of a leaf page. */
export function readLeafPage(bytes: Buffer, page: number): LeafNode[] {
  const nodes = findNodes(bytes, page).map((at) => {
    const flags = bytes.readUInt16LE(at + 4);
    if ((flags & ~bigNodeFlag) !== 0) throw new PageError(page, `a node has the flags ${flags}`);
    const isBig = flags === bigNodeFlag;
    const dataBytes = bytes.readUInt32LE(at);
    const keyStart = at + nodeHeadBytes;
    const start = keyStart + bytes.readUInt16LE(at + 6);
    const end = start + (isBig ? 24 : dataBytes);
    if (end > bytes.length) throw new PageError(page, 'a node ends outside the page');
    return {
      key: bytes.subarray(keyStart, start),
      dataBytes,
      start: isBig ? -1 : start,
      overflowPage: isBig ? readSafe(bytes, start, page, 'overflow page') : -1,
      overflowPages: isBig ? readSafe(bytes, start + 16, page, 'number of overflow pages') : 0,
      bytes: end - at,
    };
  });
  checkFill(bytes, page, nodes);
  return nodes;
}

/** Where the nodes of a page begin, in the order of their keys. */
function findNodes(bytes: Buffer, page: number): number[] {
  const lower = bytes.readUInt16LE(20);
  const upper = bytes.readUInt16LE(22);
  const room = bytes.length - pageHeadBytes;
  if ((lower & 1) !== 0 || lower > upper || upper > room) throw new PageError(page, `its free space is from ${lower} to ${upper}`);
  const starts: number[] = [];
  for (let i = 0; i < lower; i += 2) {
    const offset = bytes.readUInt16LE(pageHeadBytes + i);
    if (offset < upper || (offset & 1) !== 0 || offset + nodeHeadBytes > room) throw new PageError(page, `a node stands at ${offset}`);
    starts.push(pageHeadBytes + offset);
  }
  return starts;
}

/** LMDB keeps the nodes of a page packed against its end: together they fill exactly what is not free. */
function checkFill(bytes: Buffer, page: number, nodes: readonly { bytes: number }[]): void {
  let filled = 0;
  for (const node of nodes) filled += node.bytes + (node.bytes & 1);
  const expected = bytes.length - pageHeadBytes - bytes.readUInt16LE(22);
  if (filled !== expected) throw new PageError(page, `its nodes have ${filled} bytes and should have ${expected}`);
}

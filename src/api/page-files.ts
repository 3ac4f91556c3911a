import { createHash } from 'node:crypto';
import path from 'node:path';
import { type FileSource, programFiles } from '../base/program-files.ts';
import type { HttpReply, HttpRequest } from '../http/types.ts';

/** A file of the built page, with what the build has compressed of it. */
interface PageFile {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer | null;
  readonly brotli: Buffer | null;
}

/** The built page in memory: some two megabytes with what is compressed, read once. */
export interface PageFiles {
  /** The document, with `__CSP_NONCE__` where the nonce of each answer goes. */
  readonly document: string;
  /** By path relative to the page: `static/index-Bq3f.js`. */
  readonly files: ReadonlyMap<string, PageFile>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.yaml': 'application/yaml; charset=utf-8',
};

/**
 * The built page (scripts/build-ui.mjs), or `null` if there is none. All of it is read when somebody first looks: most starts are not for the
 * page, and files that are read one by one could be of two versions. Files of unknown kinds are left out.
 */
export function findPageFiles(source: FileSource = programFiles('dist/ui')): PageFiles | null {
  const names = source.list();
  if (!names.includes(documentName)) return null;
  let page: PageFiles | null = null;
  const read = (): PageFiles => (page ??= readPageFiles(source, names));
  return {
    get document() {
      return read().document;
    },
    get files() {
      return read().files;
    },
  };
}

function readPageFiles(source: FileSource, names: readonly string[]): PageFiles {
  const files = names
    .filter((name) => path.extname(name) in contentTypes)
    .map((name): [string, PageFile] => [name, readPageFile(source, name, names)]);
  return { document: source.read(documentName).toString(), files: new Map(files) };
}

const documentName = 'index.html';

/** Sends a file of the page in the smallest form that the client takes, or 304 if it has it already; `null` if there is no such file. */
export function replyWithPageFile({ files }: PageFiles, name: string, { headers }: HttpRequest): HttpReply | null {
  const file = files.get(name);
  if (file === undefined) return null;
  const common = {
    // The name of a file changes with what is in it.
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  };
  if (headers['if-none-match']?.split(/\s*,\s*/).includes(file.etag) === true) return { status: 304, headers: common };
  const [encoding, body] = chooseForm(file, headers['accept-encoding']);
  const encoded = encoding === null ? {} : { 'Content-Encoding': encoding };
  return {
    status: 200,
    headers: { ...common, ...encoded, 'Content-Type': file.contentType, 'X-Content-Type-Options': 'nosniff' },
    body,
  };
}

function chooseForm({ brotli, gzip, plain }: PageFile, acceptEncoding: string | string[] | undefined): readonly [string | null, Buffer] {
  const clauses = String(acceptEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((clause) => clause.replaceAll(/\s/g, ''));
  const accepts = (encoding: string): boolean =>
    clauses.some((clause) => clause.split(';')[0] === encoding && !/;q=0(?:\.0*)?$/.test(clause));
  if (brotli !== null && accepts('br')) return ['br', brotli];
  if (gzip !== null && accepts('gzip')) return ['gzip', gzip];
  return [null, plain];
}

function readPageFile(source: FileSource, name: string, names: readonly string[]): PageFile {
  const plain = source.read(name);
  const readIfThere = (compressed: string): Buffer | null => (names.includes(compressed) ? source.read(compressed) : null);
  return {
    contentType: contentTypes[path.extname(name)] ?? '',
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    plain,
    gzip: readIfThere(`${name}.gz`),
    brotli: readIfThere(`${name}.br`),
  };
}

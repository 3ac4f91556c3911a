import { errorReply } from '../http/replies.ts';
import type { HttpHandler, HttpReply } from '../http/types.ts';

const secondsDefault = 30;
const plainText = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

const index = `Profiles of this process:

  cmdline             the command line, arguments separated by NUL
  heap                what is alive of V8's heap, as pprof
  profile?seconds=30  where CPU time goes, as pprof

Open them with: go tool pprof -http=: FILE, or speedscope.
`;

/** GET below `/debug/pprof/`: Node's own profiles under the names and in the format of Go's (SPEC §2). */
export const handleProfile: HttpHandler = async ({ params, rawQuery }) => {
  // The inspector is loaded with the first request: hardly any server is ever profiled.
  const { profileCpu, profileHeap, readProcessCommandLine } = await import('../telemetry/profiles.ts');
  switch (params['profile']) {
    case '/':
      return { status: 200, headers: plainText, body: index };
    case '/cmdline':
      return { status: 200, headers: plainText, body: readProcessCommandLine() };
    case '/heap':
      return replyWithProfile('heap', await profileHeap());
    case '/profile':
      return replyWithProfile('profile', await profileCpu(Number(new URLSearchParams(rawQuery).get('seconds') ?? secondsDefault)));
    default:
      return errorReply(404, 'Unknown profile');
  }
};

function replyWithProfile(name: string, body: Buffer): HttpReply {
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename="${name}"` };
  return { status: 200, headers: { ...headers, 'X-Content-Type-Options': 'nosniff' }, body };
}

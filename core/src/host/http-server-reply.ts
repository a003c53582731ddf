// Knows: how a reply is made, and which reply a failure deserves. Refuses to know: sockets.
//
// sccache's clients fail the user's compile on any 4xx and compile at home on any 5xx, so 4xx is for bad tokens and for
// requests that no client of ours or theirs sends.
import { Fault, isFault } from '../base/index.js';
import { authenticate, type Codec, contentTypes, errorBody, negotiate } from '../wire/index.js';
import type { Call, Reply } from './http-server-call.js';

/** A message this long goes out as bincode whatever was asked for: its JSON would take many times the memory. */
const jsonLimit = 16 * 1024 * 1024;

const jsonOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** 200 with a message, in the encoding that the caller prefers. */
export function okReply<T>(codec: Codec<T>, value: T, call: Pick<Call, 'headers'>): Reply {
  const bincode = codec.encode(value);
  if (negotiate(call.headers.accept) === 'json' && bincode.byteLength <= jsonLimit) {
    return { status: 200, headers: { 'Content-Type': contentTypes.json }, body: jsonOf(codec.toJson(value)) };
  }
  return { status: 200, headers: { 'Content-Type': contentTypes.bincode }, body: bincode };
}

/** An error as JSON. 401 is worded as for a job token, the only refusal that has a JSON body. */
export function errorReply(status: number, thrown: unknown): Reply {
  const headers = status === 401 ? { 'WWW-Authenticate': authenticate.invalidJwt } : { 'Content-Type': contentTypes.json };
  return { status, headers, body: jsonOf(errorBody(thrown)) };
}

/** No such method and path, or a parameter in the path that makes no sense. */
export const notFound: Reply = { status: 404 };

const arranged = new WeakMap<Fault, Reply>();

/** Lets a fault be answered with this very reply when a handler throws it. */
export function answeredWith(reply: Reply, fault: Fault): Fault {
  arranged.set(fault, reply);
  return fault;
}

/** The reply for what a handler threw: the arranged one, 401 for AUTH_REFUSED, else 500. */
export function replyFor(thrown: unknown): Reply {
  const reply = isFault(thrown) ? arranged.get(thrown) : undefined;
  return reply ?? errorReply(isFault(thrown, 'AUTH_REFUSED') ? 401 : 500, thrown);
}

/**
 * Reads and decodes a bincode request.
 * @param limit bytes of body that are accepted
 * @throws Fault WIRE_MALFORMED, answered with 400 (wrong Content-Type or undecodable, as sccache does); WIRE_TOO_LARGE,
 * HTTP_TIMEOUT and HTTP_UNREACHABLE as in `readBody`
 */
export async function readMessage<T>(call: Pick<Call, 'headers' | 'readBody'>, codec: Codec<T>, limit: number): Promise<T> {
  try {
    const type = call.headers['content-type'];
    if (type?.startsWith(contentTypes.bincode) !== true) {
      throw new Fault('WIRE_MALFORMED', `request has Content-Type ${JSON.stringify(type ?? null)} instead of ${contentTypes.bincode}`);
    }
    return codec.decode(await call.readBody(limit));
  } catch (thrown) {
    throw isFault(thrown, 'WIRE_MALFORMED') ? answeredWith(errorReply(400, thrown), thrown) : thrown;
  }
}

// Knows: how the header is taken off a run_job request, so that the rest of its body is the inputs and nothing else.
// Refuses to know: what is in the header.
import type { Readable } from 'node:stream';
import { createRunJobPrefixReader, type RunJobHeader } from '@sccache-ts/core/wire';

/**
 * Afterwards `body` continues with the archive.
 * @throws Fault WIRE_MALFORMED, WIRE_TOO_LARGE; whatever the body fails with
 */
export function takeHeader(body: Readable): Promise<RunJobHeader> {
  const reader = createRunJobPrefixReader();
  return new Promise((resolve, reject) => {
    const settle = (deed: () => void): void => {
      body.off('readable', onReadable).off('end', onEnd).off('close', onClose).off('error', onError);
      deed();
    };
    const onReadable = (): void => {
      try {
        for (let chunk = body.read() as Buffer | null; chunk !== null; chunk = body.read() as Buffer | null) {
          const prefix = reader.push(chunk);
          if (prefix === undefined) continue;
          settle(() => {
            if (prefix.rest.byteLength > 0) body.unshift(prefix.rest);
            resolve(prefix.header);
          });
          return;
        }
      } catch (thrown) {
        settle(() => reject(thrown as Error));
      }
    };
    const onEnd = (): void => settle(() => reject(reader.cutShort()));
    const onClose = onEnd;
    const onError = (cause: Error): void => settle(() => reject(cause));
    body.on('readable', onReadable).on('end', onEnd).on('close', onClose).on('error', onError);
    if (body.errored !== null) onError(body.errored);
    else if (body.destroyed) onClose();
  });
}

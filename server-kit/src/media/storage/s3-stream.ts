import { asStorage } from './s3-errors.ts';

/**
 * The body as it is asked for; what breaks in the middle is the storage's, and so is what stops coming. Only who waits is
 * counted: a viewer may pause for as long as they like.
 */
export function streamOf(
  body: AsyncIterable<Uint8Array> & { destroy?: () => void },
  timeout: number,
): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  const next = () =>
    new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      const timer = setTimeout(() => {
        body.destroy?.();
        reject(new Error(`Nothing came for ${timeout} ms.`));
      }, timeout);
      pieces
        .next()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await asStorage(next);
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        body.destroy?.();
      },
    },
    { highWaterMark: 0 },
  );
}

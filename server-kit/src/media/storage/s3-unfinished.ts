/** Multipart uploads that a bucket still holds, to give up those that nobody knows any more. */
import type * as Aws from '@aws-sdk/client-s3';
import { asStorage } from './s3-errors.ts';
import type { UnfinishedUpload } from './storage.ts';

type Asked = Aws.ListMultipartUploadsCommandInput;

interface Bucket {
  name: string;
  /** The folder within it, with its `/`. */
  root: string;
  ask(asked: Asked): Promise<Aws.ListMultipartUploadsCommandOutput>;
  abort(key: string, upload: string): Promise<void>;
}

export async function* unfinishedIn({ name, root, ask, abort }: Bucket): AsyncGenerator<UnfinishedUpload> {
  let asked: Asked | undefined = { Bucket: name, Prefix: root };
  while (asked) {
    const now: Asked = asked;
    const page: Aws.ListMultipartUploadsCommandOutput | null = await asStorage(() => orNull(() => ask(now)));
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || !Initiated) continue;
      const abandon = () => asStorage(() => abort(Key, UploadId));
      yield { key: Key.slice(root.length), begun: Initiated, abandon };
    }
    asked = page?.IsTruncated
      ? { ...now, KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      : undefined;
  }
}

/** Null where a server does not know the question: what is left over is for a rule of its own then. */
async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    if (name === 'NotImplemented' || [405, 501].includes($metadata?.httpStatusCode ?? 0)) return null;
    throw error;
  }
}

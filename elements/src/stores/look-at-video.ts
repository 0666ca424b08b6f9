import type { LookAt } from './uploads.ts';

/** Where the picture is taken, in seconds: the first frame is often black. */
const AT = 1;
/** A poster is for a bubble and a card, not for a wall. */
const WIDEST = 1280;
/** Some files load for ever and say nothing, in ms. */
const PATIENCE = 10_000;

/**
 * Takes a picture out of a video that has not left this browser. A codec that it cannot decode (HEVC, most often) is no error:
 * the sound plays, and there is no picture, zero pixels wide.
 */
export const lookAtVideo: LookAt = async (file) => {
  if (typeof document === 'undefined') return { poster: null, plays: true };
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  try {
    video.muted = true;
    video.playsInline = true;
    video.preload = 'auto';
    video.src = url;
    await heard(video, 'loadeddata');
    if (video.videoWidth === 0) return { poster: null, plays: false };
    const until = Number.isFinite(video.duration) ? video.duration : 0;
    video.currentTime = Math.min(AT, until / 2);
    await heard(video, 'seeked');
    return { poster: await picture(video), plays: true };
  } catch {
    return { poster: null, plays: video.error === null };
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
};

function heard(video: HTMLVideoElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No ${name} in time.`)), PATIENCE);
    const end = (then: () => void) => () => {
      clearTimeout(timer);
      then();
    };
    video.addEventListener(name, end(resolve), { once: true });
    video.addEventListener(
      'error',
      end(() => reject(new Error('It does not play here.'))),
      { once: true },
    );
  });
}

function picture(video: HTMLVideoElement): Promise<Blob | null> {
  const scale = Math.min(1, WIDEST / video.videoWidth);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.82));
}

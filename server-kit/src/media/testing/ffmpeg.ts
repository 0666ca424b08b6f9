import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';

/** Null where it does not run: no binary for this machine, or libraries of another one. */
export async function ffmpegOfTests(): Promise<string | null> {
  try {
    const { path } = await import('@ffmpeg-installer/ffmpeg');
    // its own install script would do this, and is not run
    await chmod(path, 0o755);
    execFileSync(path, ['-version'], { stdio: 'ignore' });
    return path;
  } catch {
    return null;
  }
}

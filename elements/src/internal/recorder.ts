/** Records with the computer's camera. Phones have a better way: `<input capture>` opens their own. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { directive, type ElementPart } from 'lit/directive.js';
import { AsyncDirective } from 'lit/async-directive.js';
import { noChange } from 'lit';
import { enMediaMore } from '../words/en-media-more.ts';
import { addEnglish, type I18n } from '../words/i18n.ts';
import { clock } from './amounts.ts';
import { modal } from './modal.ts';

addEnglish(enMediaMore);

export interface RecorderContext {
  i18n: I18n;
  host: LitElement;
  close: () => void;
  /** The video, named, as a file. */
  use: (video: File) => void;
}

/** In the order of who can play them: Safari records H.264 and AAC, Chromium H.264 and Opus, Firefox WebM alone. */
const TYPES = [
  'video/mp4;codecs=avc1.42E01E,mp4a.40.2',
  'video/mp4;codecs=avc1.42E01E,opus',
  'video/mp4',
  'video/webm;codecs=vp8,opus',
  'video/webm',
];

type Phase =
  | { is: 'asking' }
  | { is: 'ready'; stream: MediaStream }
  | { is: 'recording'; stream: MediaStream; recorder: MediaRecorder; since: number }
  | { is: 'recorded'; video: File; url: string }
  | { is: 'failed'; word: 'denied' | 'missing' | 'taken' | 'unable' | 'failed' };

/** The camera, for as long as the dialog is open. */
class Session {
  phase: Phase = { is: 'asking' };
  #changed: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #over = false;

  constructor(changed: () => void) {
    this.#changed = changed;
    void this.ask();
  }

  async ask(): Promise<void> {
    this.#release();
    this.#go({ is: 'asking' });
    if (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices)
      return this.#go({ is: 'failed', word: 'unable' });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: true,
        video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      // closed while the browser asked: the light of the camera must not stay on
      if (this.#over) for (const track of stream.getTracks()) track.stop();
      else this.#go({ is: 'ready', stream });
    } catch (cause) {
      this.#go({ is: 'failed', word: reasonOf(cause) });
    }
  }

  start(name: string): void {
    if (this.phase.is !== 'ready') return;
    const { stream } = this.phase;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('stop', () => {
      if (this.#over) return;
      const type = recorder.mimeType.split(';')[0] ?? 'video/webm';
      const video = new File(parts, `${name}.${type === 'video/mp4' ? 'mp4' : 'webm'}`, { type });
      for (const track of stream.getTracks()) track.stop();
      if (video.size === 0) this.#go({ is: 'failed', word: 'failed' });
      else this.#go({ is: 'recorded', video, url: URL.createObjectURL(video) });
    });
    // without slices: sliced WebM has no length, and cannot be sought
    recorder.start();
    this.#timer = setInterval(this.#changed, 500);
    this.#go({ is: 'recording', stream, recorder, since: Date.now() });
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.phase.is === 'recording') this.phase.recorder.stop();
  }

  end(): void {
    this.#over = true;
    this.#release();
  }

  #release(): void {
    clearInterval(this.#timer);
    const { phase } = this;
    if (phase.is === 'recording' && phase.recorder.state !== 'inactive') phase.recorder.stop();
    if ('stream' in phase) for (const track of phase.stream.getTracks()) track.stop();
    if (phase.is === 'recorded') URL.revokeObjectURL(phase.url);
  }

  #go(phase: Phase): void {
    this.phase = phase;
    this.#changed();
  }
}

function reasonOf(cause: unknown): Extract<Phase, { is: 'failed' }>['word'] {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return name === 'NotReadableError' ? 'taken' : 'unable';
}

/** One camera an element. */
const sessions = new WeakMap<LitElement, Session>();

/** Lets the camera go when the dialog is taken away, whoever does it. */
class Held extends AsyncDirective {
  #host: LitElement | undefined;
  render(_host: LitElement): unknown {
    return noChange;
  }
  override update(_part: ElementPart, [host]: [LitElement]): unknown {
    this.#host = host;
    return noChange;
  }
  protected override disconnected(): void {
    if (!this.#host) return;
    sessions.get(this.#host)?.end();
    sessions.delete(this.#host);
  }
}
const held = directive(Held);

export function recorder({ i18n, host, close, use }: RecorderContext): TemplateResult {
  let session = sessions.get(host);
  if (!session) sessions.set(host, (session = new Session(() => host.requestUpdate())));
  const { phase } = session;
  return modal({
    i18n,
    name: 'recorder',
    title: i18n.t('record.title'),
    close,
    body: html`<div class="stage" ${held(host)}>${stage(phase, i18n)}</div>
      <div class="end">${buttons(session, { i18n, host, close, use })}</div>`,
  });
}

function stage(phase: Phase, i18n: I18n): TemplateResult {
  if (phase.is === 'asking') return html`<p role="status">${i18n.t('record.ask')}</p>`;
  if (phase.is === 'failed') return html`<p role="alert">${i18n.t(`record.${phase.word}`)}</p>`;
  if (phase.is === 'recorded')
    return html`<video src=${phase.url} controls playsinline aria-label=${i18n.t('record.preview')}></video>`;
  return html`<video
      class="live"
      .srcObject=${phase.stream}
      .muted=${true}
      autoplay
      playsinline
      aria-label=${i18n.t('record.live')}
    ></video>
    ${
      phase.is === 'recording'
        ? html`<span class="time num" role="timer" aria-label=${i18n.t('record.running')}
            >${clock(Date.now() - phase.since)}</span
          >`
        : nothing
    }`;
}

function buttons(session: Session, { i18n, close, use }: RecorderContext): unknown {
  const { phase } = session;
  const button = (word: 'start' | 'stop' | 'again' | 'use', press: () => void, look = '') =>
    html`<button class="button ${look}" @click=${press}>${i18n.t(`record.${word}`)}</button>`;
  const name = () => i18n.t('record.name', { time: i18n.moment(new Date().toISOString()) });
  if (phase.is === 'ready') return button('start', () => session.start(name()), 'primary');
  if (phase.is === 'recording') return button('stop', () => session.stop(), 'primary');
  if (phase.is === 'failed')
    return phase.word === 'unable'
      ? nothing
      : html`<button class="button" @click=${() => void session.ask()}>${i18n.t('tryAgain')}</button>`;
  if (phase.is !== 'recorded') return nothing;
  const { video } = phase;
  return html`${button('again', () => void session.ask())}
  ${button(
    'use',
    () => {
      use(video);
      close();
    },
    'primary',
  )}`;
}

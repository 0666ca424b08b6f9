// @ts-check
/**
 * The play page's script: the large button, and what was really played. Without it the page works all the same, and counts
 * nothing. It tells nothing before something was played for two seconds in a visible page, or opened by a click.
 */
const stage = /** @type {HTMLElement | null} */ (document.querySelector('[data-visit]'));
const media = /** @type {HTMLMediaElement | null} */ (stage?.querySelector('video, audio') ?? null);
if (stage) start(stage);

/** @param {HTMLElement} stage */
function start(stage) {
  const { visit = '', views = '' } = stage.dataset;
  const address = new URL(views, location.href).href;
  /** What was told last, so that nothing is told twice. */
  let told = '';

  /** @param {{ opened?: boolean }} [what] */
  function tell(what = {}) {
    const report = {
      played: media ? playedParts(media) : [],
      duration: media && Number.isFinite(media.duration) ? Math.round(media.duration * 1000) : null,
      opened: what.opened ?? false,
      // older browsers do not say whether they were touched
      active: navigator.userActivation?.hasBeenActive ?? true,
    };
    const news = JSON.stringify(report);
    if (news === told) return;
    told = news;
    const body = JSON.stringify({ visit, ...report });
    // a beacon outlives the page
    if (navigator.sendBeacon?.(address, body)) return;
    fetch(address, { method: 'POST', body, keepalive: true }).catch(() => {});
  }

  for (const link of document.querySelectorAll('[data-opens]')) {
    link.addEventListener('click', () => tell({ opened: true }));
  }
  if (media) follow(media, tell);
  const video = stage.querySelector('video');
  if (video) offer(video, stage);
}

/**
 * @param {HTMLMediaElement} media
 * @param {() => void} tell
 */
function follow(media, tell) {
  /** Seconds that somebody could see. */
  let seen = 0;
  let at = media.currentTime;
  let next = 0;
  const enough = () => seen >= Math.min(2, media.duration / 2 || 2);
  const tellSeen = () => enough() && tell();

  media.addEventListener('timeupdate', () => {
    const step = media.currentTime - at;
    at = media.currentTime;
    // a seek is no watching
    const watched = step > 0 && step < 1.5 * media.playbackRate && !media.seeking;
    if (watched && (document.visibilityState === 'visible' || media.tagName === 'AUDIO')) seen += step;
    if (!enough() || media.paused || performance.now() < next) return;
    next = performance.now() + 10_000;
    tell();
  });
  media.addEventListener('seeked', () => (at = media.currentTime));
  for (const event of ['pause', 'ended']) media.addEventListener(event, tellSeen);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && tellSeen());
  addEventListener('pagehide', tellSeen);
}

/**
 * The large button, until something plays; and a word where nothing can.
 *
 * @param {HTMLVideoElement} video
 * @param {HTMLElement} stage
 */
function offer(video, stage) {
  const button = /** @type {HTMLButtonElement} */ (stage.querySelector('.play'));
  const trouble = /** @type {HTMLElement} */ (stage.querySelector('.trouble'));
  const complain = () => {
    button.hidden = true;
    trouble.hidden = false;
  };
  video.controls = false;
  button.hidden = false;
  button.addEventListener('click', () => {
    video.play().catch((error) => error?.name === 'NotSupportedError' && complain());
    video.focus();
  });
  video.addEventListener('play', () => {
    button.hidden = true;
    video.controls = true;
  });
  video.addEventListener('error', complain);
  // a codec that is not known plays its sound and shows nothing, without an error
  const check = () => video.videoWidth === 0 && complain();
  if (video.readyState > 0) check();
  else video.addEventListener('loadedmetadata', check);
  if (video.error) complain();
}

/**
 * In whole milliseconds; seeking back counts once, as the browser reckons it.
 *
 * @param {HTMLMediaElement} media
 * @returns {[number, number][]}
 */
function playedParts({ played }) {
  return Array.from({ length: Math.min(played.length, 200) }, (_, part) => [
    Math.round(played.start(part) * 1000),
    Math.round(played.end(part) * 1000),
  ]);
}

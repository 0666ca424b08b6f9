/** A camera for stories: a picture that moves, drawn here, so that no browser asks and no light goes on. */

type Answer = 'on' | 'denied' | 'missing' | 'asks';

/** For a story's `beforeEach`: what the browser says when it is asked for the camera. */
export function camera(answer: Answer): () => () => void {
  return () => {
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = () => {
      if (answer === 'asks') return new Promise<never>(() => undefined);
      if (answer === 'denied') return Promise.reject(new DOMException('', 'NotAllowedError'));
      if (answer === 'missing') return Promise.reject(new DOMException('', 'NotFoundError'));
      return Promise.resolve(film());
    };
    return () => void (mediaDevices.getUserMedia = real);
  };
}

function film(): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 180];
  const brush = canvas.getContext('2d');
  const stream = canvas.captureStream(15);
  let frame = 0;
  const draw = () => {
    if (!brush || stream.getTracks().every(({ readyState }) => readyState === 'ended')) return;
    frame += 1;
    brush.fillStyle = '#31505c';
    brush.fillRect(0, 0, 320, 180);
    brush.fillStyle = '#f2c879';
    brush.fillRect(frame % 300, 80, 20, 20);
    requestAnimationFrame(draw);
  };
  draw();
  return stream;
}

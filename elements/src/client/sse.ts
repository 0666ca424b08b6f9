/** One frame of text/event-stream (WHATWG HTML, "server-sent events"). */
export interface SseFrame {
  event: string;
  data: string;
  /** The place to resume from; undefined when the frame did not carry one. */
  id: string | undefined;
}

/**
 * Reads frames out of chunks of text, wherever the chunks were cut. `EventSource` cannot send an Authorization
 * header, and a token in the URL would end up in logs: so the stream is read with fetch, and parsed here.
 */
export function sseParser(onFrame: (frame: SseFrame) => void): (chunk: string) => void {
  let rest = '';
  let data: string[] = [];
  let event = '';
  let id: string | undefined;

  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0 || event !== '') onFrame({ event: event || 'message', data: data.join('\n'), id });
      data = [];
      event = '';
      id = undefined;
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return; // A comment: the server's heartbeat.
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  };

  return (chunk) => {
    rest += chunk;
    // A lone CR at the very end may be half of a CRLF: wait for the rest.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  };
}

/**
 * As much XML as TwiML needs: elements, attributes, text, the five named entities and numbered ones, CDATA, comments
 * and processing instructions. No DTD and no entities of the document's own, so nothing can be made to grow.
 */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

export class XmlError extends Error {}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NAME = /[A-Za-z_][\w.:-]*/y;
const SPACE = /\s*/y;

export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\uFEFF/, '');
  let at = 0;
  const roots: XmlElement[] = [];
  const open: XmlElement[] = [];

  while (at < text.length) {
    if (text[at] !== '<') {
      const end = text.indexOf('<', at);
      const raw = text.slice(at, end === -1 ? text.length : end);
      at += raw.length;
      addText(decode(raw));
    } else if (text.startsWith('<!--', at)) skipPast('-->');
    else if (text.startsWith('<?', at)) skipPast('?>');
    else if (text.startsWith('<![CDATA[', at)) {
      const start = at + 9;
      skipPast(']]>');
      addText(text.slice(start, at - 3));
    } else if (text.startsWith('<!', at)) throw new XmlError('A document type is not allowed');
    else if (text.startsWith('</', at)) close();
    else start();
  }
  const root = roots[0];
  if (open.length > 0) throw new XmlError(`<${open[open.length - 1]!.name}> is not closed`);
  if (!root || roots.length > 1) throw new XmlError('There must be one root element');
  return root;

  function addText(value: string): void {
    const parent = open[open.length - 1];
    if (parent) parent.children.push(value);
    else if (value.trim() !== '') throw new XmlError('Content is not allowed outside the root element');
  }

  function skipPast(mark: string): void {
    const end = text.indexOf(mark, at);
    if (end === -1) throw new XmlError(`"${mark}" is missing`);
    at = end + mark.length;
  }

  function match(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  }

  function close(): void {
    at += 2;
    const name = match(NAME);
    match(SPACE);
    if (text[at] !== '>') throw new XmlError(`</${name} is not ended`);
    at++;
    const element = open.pop();
    if (!element || element.name !== name) throw new XmlError(`</${name}> has no beginning`);
  }

  function start(): void {
    at++;
    const name = match(NAME);
    if (name === '') throw new XmlError('A tag has no name');
    const element: XmlElement = { name, attributes: {}, children: [] };
    for (;;) {
      match(SPACE);
      if (text.startsWith('/>', at) || text[at] === '>') break;
      attribute(element);
    }
    const parent = open[open.length - 1];
    if (parent) parent.children.push(element);
    else roots.push(element);
    if (text[at] === '>') {
      open.push(element);
      at++;
    } else at += 2;
  }

  function attribute(element: XmlElement): void {
    const name = match(NAME);
    match(SPACE);
    if (name === '' || text[at] !== '=') throw new XmlError(`<${element.name}> is not well formed`);
    at++;
    match(SPACE);
    const quote = text[at];
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
    if (end === -1) throw new XmlError(`The value of ${name} is not quoted`);
    element.attributes[name] = decode(text.slice(at + 1, end));
    at = end + 1;
  }
}

function decode(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw new XmlError('"&" must be written &amp;');
    const code = /^#x([0-9a-f]+)$/i.exec(name)?.[1];
    const point = code ? parseInt(code, 16) : Number(/^#(\d+)$/.exec(name)?.[1] ?? NaN);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    const known = ENTITIES[name];
    if (known === undefined) throw new XmlError(`&${name}; is not known`);
    return known;
  });
}

/** The text directly inside an element. */
export function textOf(element: XmlElement): string {
  return element.children.filter((child) => typeof child === 'string').join('');
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

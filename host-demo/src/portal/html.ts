/** Pages as strings: whatever is put into a template is escaped, unless it is a template itself. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | null | undefined | false | readonly Piece[];

export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  return new Html(strings.map((string, index) => string + write(pieces[index])).join(''));
}

function write(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(write).join('');
  return String(piece).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A tag name, which no template may take from outside. Throws when it is none. */
export function tagName(name: string): Html {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name)) throw new TypeError(`"${name}" is no custom tag name.`);
  return new Html(name);
}

import { expect } from '../../testing/browser.ts';
import { finishMention, fromWire, mentionBegun, toWire, whoBegins } from './mentions.ts';

const ANA = { id: 'u1', name: 'Ana Ruiz' };
const ANABEL = { id: 'u2', name: 'Ana Ruiz Bell' };

describe('mentions', () => {
  it('begin with an @ behind a blank, and end with one', () => {
    expect(['@', 'Ask @an', 'a@b', '@an '].map(mentionBegun)).to.eql(['', 'an', null, null]);
  });

  it('find colleagues by the beginning of any of their names', () => {
    expect(whoBegins([ANA, ANABEL], 'be')).to.eql([ANABEL]);
  });

  it('go to the server as ids and come back as names, also where one name begins another', () => {
    const text = finishMention('Ask @an', ANABEL) + 'and @Ana Ruiz';
    const wire = toWire(text, [ANA, ANABEL]);
    expect(wire).to.eql('Ask <@u2> and <@u1>');
    expect(fromWire(wire, [ANA, ANABEL])).to.eql(text);
  });
});

import { html } from 'lit';
import type { Filter } from '@patchbay/server-kit/contract';
import { CHANNELS, FILTER_FIELDS, FILTER_OPERATORS } from '@patchbay/server-kit/contract/names';
import { typeOf } from '../../stores/filter-model.ts';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import type { SegmentBuilder } from './segment-builder.ts';

/** A value for each operator, as the server takes it. */
const VALUES: Record<string, unknown> = {
  is: 'x',
  is_not: 'x',
  in: ['x'],
  not_in: ['x'],
  contains: 'x',
  starts_with: 'x',
  gt: 1,
  gte: 1,
  lt: 1,
  lte: 1,
  before: { ago: 3, unit: 'weeks' },
  after: '2026-01-01T10:00:00Z',
  within: { from: '2026-01-01' },
  between: ['2026-01-01', { ahead: 1, unit: 'months' }],
  has_any: ['x'],
  has_all: ['x'],
  has_none: ['x'],
};
const TYPED: Partial<Record<string, Record<string, unknown>>> = {
  number: { is: 1, is_not: 1, between: [1, 2] },
  boolean: { is: false },
  channels: { has_any: [CHANNELS[0]], has_all: [CHANNELS[1]], has_none: [CHANNELS[2]] },
};

describe('<segment-builder>', () => {
  it('shows every question about a field, and changes nothing by that', async () => {
    const clauses = [...Object.keys(FILTER_FIELDS), 'fields.budget'].flatMap((field) =>
      FILTER_OPERATORS[typeOf(field)].map((op) => {
        const value = TYPED[typeOf(field)]?.[op] ?? VALUES[op];
        return { field, op, ...(value !== undefined && { value }) };
      }),
    );
    for (let n = 0; n < clauses.length; n += 40) {
      const filter = { all: clauses.slice(n, n + 40) } as Filter;
      const { element, root, provider } = await stage<SegmentBuilder>(
        () => html`<test-segment-builder .filter=${filter}></test-segment-builder>`,
      );
      expect(root.querySelectorAll('[part=condition]')).to.have.length(clauses.slice(n, n + 40).length);
      expect(element.draft!.filter).to.eql(filter);
      expect(root.textContent).not.to.contain('undefined');
      provider.remove();
    }
  });

  it('keeps what is half written when the filter is set to what it already is', async () => {
    const { element, root } = await stage<SegmentBuilder>(
      () => html`<test-segment-builder></test-segment-builder>`,
    );
    find(root, '.adds .button').click();
    await settled();
    element.filter = { all: [] };
    await settled();
    expect(root.querySelectorAll('[part=condition]')).to.have.length(1);
    expect(root.activeElement?.localName).to.eql('select');
  });

  it('asks once for many changes', async () => {
    const { element, client } = await stage<SegmentBuilder>(
      () => html`<test-segment-builder></test-segment-builder>`,
    );
    const asked = () => client.calls.filter(({ method }) => method === 'previewSegment').length;
    await waitUntil(() => element.draft!.count !== null);
    const before = asked();
    for (const value of ['S', 'Se', 'Sel']) element.filter = { field: 'lead_type', op: 'starts_with', value };
    await waitUntil(() => element.draft!.count === 3);
    expect(asked()).to.eql(before + 1);
    await expect(element).to.be.accessible();
  });
});

import { fixture, html, oneEvent } from '@open-wc/testing';
import { expect, find, settled, shadow, stage } from '../../testing/browser.ts';
import { HARBOR_BRAND } from '../../testing/index.ts';
import type { ConversationList } from '../conversation-list/conversation-list.ts';
import type { Provider } from './provider.ts';

const color = (element: Element, name: string) => {
  const probe = document.createElement('span');
  probe.style.setProperty('color', `var(--_${name})`);
  element.shadowRoot?.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};
const list = () => html`<test-conversation-list></test-conversation-list>`;

describe('provider', () => {
  it('asks for a token with an event, and tells why', async () => {
    const provider = await fixture<Provider>(html`<test-provider base-url="/nowhere"></test-provider>`);
    const event = await oneEvent(provider, 'token-needed');
    expect(event.detail.reason).to.eql('first');
    event.detail.respond('token');
    provider.remove();
  });

  it('hands down the brand: one colour, and everything that follows it', async () => {
    const { element } = await stage<ConversationList>(list, { brand: HARBOR_BRAND });
    expect(color(element, 'accent')).to.eql('rgb(15, 118, 110)');
  });

  it('gives way to what the host page sets on the element', async () => {
    const { provider, element } = await stage<ConversationList>(list, { brand: HARBOR_BRAND });
    provider.style.setProperty('--pb-accent', 'rgb(1, 2, 3)');
    expect(color(element, 'accent')).to.eql('rgb(1, 2, 3)');
  });

  it('changes theme and locale live, without a new element', async () => {
    const { provider, element, root } = await stage<ConversationList>(list);
    const row = find(root, '.entry');
    const light = color(element, 'surface');
    provider.theme = 'dark';
    provider.locale = 'ar';
    await provider.updateComplete;
    for (let i = 0; i < 20 && find(root, '.root').getAttribute('dir') !== 'rtl'; i += 1) await settled();
    expect(color(element, 'surface')).not.to.eql(light);
    expect(find(root, '.root').getAttribute('dir')).to.eql('rtl');
    expect(find(root, 'h2').textContent).to.eql('الرسائل');
    expect(find(root, '.entry') === row).to.eql(true);
  });

  it('ignores brand values that could do more than colour', async () => {
    const brand = {
      ...HARBOR_BRAND,
      tokens: { light: { accent: 'red;} * {display:none', surface: 'url(//x.test)' }, dark: {} },
    };
    const { provider } = await stage<ConversationList>(list, { brand });
    const [sheet] = shadow(provider).adoptedStyleSheets;
    expect([...(sheet?.cssRules ?? [])].map(({ cssText }) => cssText).join('')).not.to.match(/display|url/);
  });

  it('lets go of the feed when it leaves the page', async () => {
    const { client, provider } = await stage<ConversationList>(list);
    expect(client.listeners).to.eql(1);
    provider.remove();
    expect(client.listeners).to.eql(0);
  });
});

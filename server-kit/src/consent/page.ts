/**
 * The pages on which people decide what they get: their preferences, and the question behind a link. They work without
 * script, under a policy that allows none.
 */
import { html } from 'hono/html';
import type { Channel } from '../contract/index.ts';
import { pageIn, type Html, type Look } from '../tenancy/page.ts';

const page = (look: Pick<Look, 'style'> & Partial<Look>, title: string, body: Html): Html =>
  pageIn(look, { title, body });

export interface Choice {
  /** Stands for channel and address; says nothing to whoever reads the page's source. */
  key: string;
  channel: Channel;
  /** As the person knows it, without telling it to whoever looks over a shoulder: the last four digits. */
  masked: string;
  on: boolean;
  /** Null: never asked or nothing known. */
  since: string | null;
  /** The business has stopped it and only the business can start it again. */
  closed: boolean;
}

/** What agreeing on the page means; it goes into the record as it stands. */
export function agreement(name: string, channel: Channel): string {
  const what = CHANNEL_WORDS[channel].toLowerCase();
  return `I agree to get ${what} from ${name} about news and offers, some of them sent by software. I need not agree to buy anything. I can stop it at any time.`;
}

const CHANNEL_WORDS: Record<Channel, string> = {
  sms: 'Texts',
  voice: 'Calls',
  email: 'Emails',
  whatsapp: 'WhatsApp messages',
  messenger: 'Messenger messages',
};

export function preferencesPage(look: Look, choices: readonly Choice[], saved: boolean): Html {
  const said = (choice: Choice) => {
    if (choice.closed) return `${look.name} does not write to you here any more.`;
    if (choice.on) return choice.since ? `You agreed on ${choice.since}.` : 'You agreed.';
    return choice.since
      ? `You stopped this on ${choice.since}.`
      : 'You have not agreed to news and offers here.';
  };
  return page(
    look,
    `What ${look.name} may send you`,
    html`<h1>What ${look.name} may send you</h1>
      ${saved ? html`<p class="saved" role="status">Saved. It counts from now on.</p>` : ''}
      ${
        choices.length === 0
          ? html`<p>${look.name} has no number or address of yours.</p>`
          : html`<form method="post">
                <fieldset>
                  <legend>Choose what you want, then save.</legend>
                  ${choices.map(
                    (choice) =>
                      html`<div class="choice">
                        <input type="hidden" name="was-${choice.key}" value="${choice.on ? 'on' : 'off'}" />
                        <input
                          type="checkbox"
                          id="${choice.key}"
                          name="on-${choice.key}"
                          aria-describedby="${choice.key}-now ${choice.key}-means"
                          ${choice.on ? html` checked` : ''}${choice.closed ? html` disabled` : ''}
                        />
                        <label for="${choice.key}"
                          >${CHANNEL_WORDS[choice.channel]} to ${choice.masked}</label
                        >
                        <p id="${choice.key}-now">${said(choice)}</p>
                        <p class="fine" id="${choice.key}-means">
                          ${choice.on || choice.closed ? '' : `Switching this on means: ${agreement(look.name, choice.channel)}`}
                        </p>
                      </div>`,
                  )}
                </fieldset>
                <button type="submit" name="do" value="save">Save</button>
              </form>
              <form method="post" class="all">
                <h2>Stop everything</h2>
                <p>
                  ${look.name} will send you nothing more, on any channel. Nothing that waits will be sent
                  either.
                </p>
                <button type="submit" name="do" value="stop" class="stop">Stop everything</button>
              </form>`
      }`,
  );
}

export function confirmPage(look: Look, wording: string, masked: string): Html {
  return page(
    look,
    `Texts from ${look.name}`,
    html`<h1>Do you want texts from ${look.name}?</h1>
      <p>To the number ${masked}:</p>
      <blockquote>${wording}</blockquote>
      <form method="post"><button type="submit" name="do" value="agree">I agree</button></form>
      <p class="fine">If you do not agree, close this page. Nothing happens then.</p>`,
  );
}

export function agreedPage(look: Look): Html {
  return page(
    look,
    `Texts from ${look.name}`,
    html`<h1>Thank you</h1>
      <p role="status">You will get texts from ${look.name}. Reply STOP to one of them to stop them.</p>`,
  );
}

/** Of nobody: a link that was not made here must not tell whose it would be. */
export function deadLinkPage(style: string, ended: boolean): Html {
  return page(
    { style },
    ended ? 'This link has ended' : 'This link is not valid',
    ended
      ? html`<h1>This link has ended</h1>
          <p>Ask the business that sent it for a new one. To stop its texts, reply STOP to any of them.</p>`
      : html`<h1>This link is not valid</h1>
          <p>
            Perhaps a part of it is missing. Open it again from the message that it came in. To stop texts,
            reply STOP to any of them.
          </p>`,
  );
}

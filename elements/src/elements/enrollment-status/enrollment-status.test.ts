import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { fakeId } from '../../testing/index.ts';
import type { EnrollmentStatus } from './enrollment-status.ts';

const show = async (person = 0, attributes = {}, options = {}) => {
  const all = await stage<EnrollmentStatus>(
    () => html`<test-enrollment-status contact-id=${fakeId('c', person)}></test-enrollment-status>`,
    options,
    attributes,
  );
  await waitUntil(() => all.root.querySelector('[part~=run], .none'));
  await settled();
  return all;
};
const press = (root: ShadowRoot, name: string) =>
  find(root, `button[aria-label^="${name}"], form button:not([type])`).click();

describe('enrollment-status', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element, root } = await show(0, { theme });
      find(root, '[aria-expanded]').click();
      await waitUntil(() => root.querySelector('[part=trace]'));
      await expect(element).to.be.accessible();
    });
  }

  it('says how far it is and what it waits for, in the contact’s own time', async () => {
    const { root } = await show();
    expect(find(root, '.strong').textContent?.replace(/\s+/g, ' ').trim()).to.eql(
      'Step 3 of 7 · Wait until day 1 at 10:00',
    );
    expect(find(root, '[part=waiting]').textContent).to.match(/Waiting until .+ \(Toronto\)/);
  });

  it('pauses, resumes and passes over, and shows it at once', async () => {
    const { client, root } = await show();
    press(root, 'Pause');
    await waitUntil(() => root.querySelector('[part~=run-paused]'));
    press(root, 'Resume');
    await waitUntil(() => root.querySelector('[part~=run-active]'));
    press(root, 'Skip step');
    await waitUntil(() => root.querySelector('.strong')?.textContent?.includes('Step 4 of 7'));
    const said = client.calls
      .filter(({ method }) => method === 'controlEnrollment')
      .map(({ args }) => args[1]);
    expect(said).to.eql(['pause', 'resume', 'skip']);
  });

  it('asks what becomes of what came due before it resumes', async () => {
    const { client, root } = await show(0, {}, { cameDue: true });
    press(root, 'Resume');
    await waitUntil(() => root.querySelector('dialog')?.open);
    expect(client.calls.some(({ method }) => method === 'controlEnrollment')).to.eql(false);
    find(root, '.choice button').click();
    await waitUntil(() => root.querySelector('[part~=run-active]'));
    expect(client.calls.find(({ method }) => method === 'controlEnrollment')?.args.slice(1)).to.eql([
      'resume',
      'skip',
    ]);
  });

  it('ends a run only after it was asked whether it shall', async () => {
    const { client, root } = await show();
    press(root, 'End:');
    await waitUntil(() => root.querySelector('dialog')?.open);
    expect(client.calls.some(({ method }) => method === 'controlEnrollment')).to.eql(false);
    find(root, 'dialog .danger').click();
    await waitUntil(() => root.querySelector('.none'));
  });

  it('enrolls, and says so when somebody may not come in', async () => {
    const { root } = await show();
    find(root, '[part=enroll] button').click();
    await waitUntil(() => root.querySelector('select'));
    find(root, 'form .primary').click();
    await waitUntil(() => root.textContent?.includes('Not enrolled'));
    const select = find<HTMLSelectElement>(root, 'select');
    select.value = select.options[1]!.value;
    find(root, 'form .primary').click();
    await waitUntil(() => root.querySelectorAll('.runs > [part~=run]').length === 2);
  });

  it('follows what happens elsewhere', async () => {
    const { client, root } = await show();
    const { items } = await client.listContactEnrollments(fakeId('c', 0));
    await client.controlEnrollment(items[0]!.id, 'pause');
    await waitUntil(() => root.querySelector('[part~=run-paused]'));
  });

  it('shows what was refused, and how things really are', async () => {
    const { client, root } = await show();
    client.fail('controlEnrollment', 'network', 1);
    press(root, 'Pause');
    await waitUntil(() => root.querySelector('[role=alert]'));
    expect(find(root, '[role=alert]').textContent).to.contain('That was not done.');
    press(root, 'Pause');
    await waitUntil(() => root.querySelector('[part~=run-paused]'));
    expect(root.querySelector('[role=alert]')).to.eql(null);
  });
});

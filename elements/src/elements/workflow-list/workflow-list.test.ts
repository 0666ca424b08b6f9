import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import type { WorkflowList } from './workflow-list.ts';

const MANAGER = { me: { member: { id: 'm', name: 'Marcus Hale', role: 'manager' as const } } };
const show = async (options: object = MANAGER, attributes = {}) => {
  const all = await stage<WorkflowList>(
    () => html`<test-workflow-list></test-workflow-list>`,
    options,
    attributes,
  );
  await waitUntil(() => all.root.querySelector('[part~=workflow], [part=empty]'));
  await settled();
  return all;
};
const named = (root: ShadowRoot, name: string) => find(root, `button[aria-label="${name}"]`);

describe('workflow-list', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element, root } = await show(MANAGER, { theme });
      named(root, 'Details of Five Days of Joy').click();
      await waitUntil(() => root.querySelector('[part=details]'));
      await expect(element).to.be.accessible();
    });
  }

  it('says of each how it stands and how many are in it', async () => {
    const { root } = await show();
    expect(find(root, '[part=counts]').textContent?.replace(/\s+/g, ' ').trim()).to.eql(
      '217 in it · 209 waiting · 3 paused · 1,840 completed',
    );
  });

  it('asks what becomes of what came due before it resumes', async () => {
    const { client, root } = await show();
    named(root, 'Resume: Birthday video').click();
    await waitUntil(() => root.querySelectorAll('.choice button').length === 2);
    find(root, '.choice button').click();
    await waitUntil(() => !root.querySelector('[part~=workflow-paused]'));
    expect(client.calls.find(({ method }) => method === 'resumeWorkflow')?.args[1]).to.eql('skip');
  });

  it('publishes what has no mistakes, and offers it for nothing else', async () => {
    const { root } = await show();
    const offered = [...root.querySelectorAll('button.primary')].map((one) => one.getAttribute('aria-label'));
    expect(offered).to.eql(['Publish: Birthday video']);
    named(root, 'Publish: Birthday video').click();
    await waitUntil(() => root.querySelector('button.primary') === null);
  });

  it('says so when somebody else was faster', async () => {
    const { client, root } = await show();
    const [, birthday] = await client.listWorkflows();
    client.fail('listWorkflows', 'hang');
    await client.updateWorkflow(birthday!.id, 'key: birthday-video\nname: x');
    named(root, 'Publish: Birthday video').click();
    client.fail('listWorkflows', null);
    await waitUntil(() => root.querySelector('[role=alert]'));
    expect(find(root, '[role=alert]').textContent).to.contain('Someone else changed this workflow');
  });

  it('checks a file before it keeps it as a draft', async () => {
    const { client, element, root } = await show();
    await element.take(new Blob(['key: new-one\nname: New one\nsteps:\n  - id: a\n']));
    await waitUntil(() => root.querySelector('dialog')?.textContent?.includes('“New one” is new'));
    expect(client.calls.some(({ method }) => method === 'createWorkflow')).to.eql(false);
    find(root, 'dialog .primary').click();
    await waitUntil(() => root.querySelectorAll('[part~=workflow]').length === 4);
  });

  it('keeps nothing of a file that is no workflow', async () => {
    const { element, root } = await show();
    await element.take(new Blob(['hello']));
    await waitUntil(() => root.querySelector('dialog .problems'));
    expect(root.querySelector('dialog .primary')).to.eql(null);
  });

  it('rolls back to an old version', async () => {
    const { root } = await show();
    named(root, 'Details of Five Days of Joy').click();
    await waitUntil(() => root.querySelector('[part=versions]'));
    named(root, 'Publish again: Version 1').click();
    await waitUntil(() => root.querySelector('[part=versions] b')?.textContent === 'Version 3');
  });

  describe('what failed', () => {
    const failures = async (options: object = MANAGER) => {
      const all = await show(options);
      find(all.root, '[part=failed]').click();
      await waitUntil(() => all.root.querySelector('.alike'));
      await settled();
      return all;
    };
    const LANDLINE =
      'Text: One idea for today: The number cannot receive texts (landline or unreachable carrier).';

    it('is counted in the row, which leads there with the keyboard, too', async () => {
      const { root } = await failures();
      expect(find(root, '[part=failed]').getAttribute('aria-label')).to.eql(
        '4 failed steps: Five Days of Joy',
      );
      await waitUntil(() => root.activeElement?.closest('[part=failures]'));
    });

    it('is listed by what failed alike, with everybody behind it and why one cannot be tried again', async () => {
      const { root } = await failures();
      expect(root.querySelectorAll('.alike').length).to.eql(2);
      named(root, LANDLINE).click();
      await waitUntil(() => root.querySelectorAll('.people li').length === 3);
      expect(find(root, '.barred').textContent).to.eql('Opted out since: nothing more leaves.');
      expect(root.querySelectorAll('.people button').length).to.eql(2);
    });

    it('is tried again for one with one press, once, however often it is pressed', async () => {
      const { client, root } = await failures();
      named(root, LANDLINE).click();
      await waitUntil(() => root.querySelector('.people button'));
      const retry = find(root, '.people button');
      retry.click();
      retry.click();
      await waitUntil(() => root.querySelectorAll('.people li').length === 2);
      expect(client.calls.filter(({ method }) => method === 'retryFailure').length).to.eql(1);
      expect(find(root, '[part=failures] [role=status]').textContent).to.contain('Tried again for 1 contact');
      // the button is gone, the place is not
      await waitUntil(() => root.activeElement?.matches('h3'));
    });

    it('is tried again for all alike, and says who was left out', async () => {
      const { root } = await failures();
      named(root, 'Retry all 3: Text: One idea for today').click();
      await waitUntil(() => root.textContent?.includes('1 was left out.'));
      await waitUntil(() => find(root, '[part=failed]').textContent?.includes('2 failed steps'), '', {
        timeout: 3_000,
      });
    });

    it('says why it was not tried again', async () => {
      const { client, root } = await failures();
      client.fail('retryFailures', 'network', 1);
      named(root, 'Retry all 3: Text: One idea for today').click();
      await waitUntil(() => root.querySelector('[part=failures] [role=alert]'));
      expect(find(root, '[role=alert]').textContent).to.contain('It was not tried again.');
    });

    it('is asked for anew when something fails', async () => {
      const { client, root } = await failures();
      const [first] = await client.listWorkflows();
      const before = client.calls.filter(({ method }) => method === 'countFailures').length;
      client.emit({ type: 'enrollment.step_failed', data: { workflow_id: first!.id } });
      await waitUntil(
        () => client.calls.filter(({ method }) => method === 'countFailures').length > before,
        '',
        { timeout: 3_000 },
      );
      expect(root.querySelectorAll('.alike').length).to.eql(2);
    });

    it('is an agent’s to try again one by one', async () => {
      const { root } = await failures({ me: { member: { id: 'a', name: 'Ana', role: 'agent' } } });
      expect(root.querySelectorAll('.alike .button').length).to.eql(0);
      named(root, LANDLINE).click();
      await waitUntil(() => root.querySelectorAll('.people .button').length === 2);
    });
  });

  describe('a webhook', () => {
    const hooks = async (options: object = MANAGER) => {
      const all = await show(options);
      const name = 'Details of Five Days of Joy';
      await waitUntil(() => all.root.querySelector(`[aria-label="${name}"]`));
      named(all.root, name).click();
      await waitUntil(() => all.root.querySelector('[part=problems]'));
      return all;
    };

    it('shows its address and what came last, and keeps the secret to itself', async () => {
      const { client, root } = await hooks();
      const [hook] = await client.listWorkflowHooks('x');
      expect(find(root, '[part=hook] code').textContent).to.match(/^https:.+\/hooks\//);
      expect(find(root, '[part=hook] pre').textContent).to.contain('"interest": "Maple Court"');
      expect(root.textContent).not.to.contain('whsec_');
      expect(hook!.secret).to.contain('whsec_');
    });

    it('gets a new address once that is confirmed, and says how long the old one is good', async () => {
      const { client, root } = await hooks();
      const before = find(root, '[part=hook] code').textContent;
      named(root, 'New address: website-form').click();
      await waitUntil(() => root.querySelector('dialog'));
      expect(client.calls.some(({ method }) => method === 'renewWorkflowHook')).to.eql(false);
      find(root, 'dialog .primary').click();
      await waitUntil(() => find(root, '[part=hook] code').textContent !== before);
      expect(find(root, '[part=hook]').textContent).to.contain('The address before is good until');
    });

    it('is not asked for by an agent', async () => {
      const { client, root } = await hooks({ me: { member: { id: 'a', name: 'Ana', role: 'agent' } } });
      expect(root.querySelector('[part=hooks]')).to.eql(null);
      expect(client.calls.some(({ method }) => method === 'listWorkflowHooks')).to.eql(false);
    });
  });

  it('lets an agent look, and nothing else', async () => {
    const { root } = await show({ me: { member: { id: 'a', name: 'Ana', role: 'agent' } } });
    expect(root.querySelectorAll('.acts, .top button').length).to.eql(0);
  });
});

import { onStage } from './harness/browser.ts';
import { writeFileSync } from 'node:fs';
const PEOPLE = Number(process.argv[2] ?? 1_000_000);
await onStage(async (stage) => {
  const page = await stage.open();
  const t0 = Date.now();
  await page.evaluate((c) => window.scenes.openContacts(c), PEOPLE);
  console.log('open', Date.now() - t0);
  await page.evaluate(() => window.scenes.scrollContacts(20));
  const cdp = await page.context().newCDPSession(page);
  const events: any[] = [];
  cdp.on('Tracing.dataCollected', ({ value }: any) => events.push(...value));
  const done = new Promise((r) => cdp.once('Tracing.tracingComplete', r));
  await cdp.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel','v8','blink','cc','viz','disabled-by-default-v8.gc'] } } as any);
  const r = await page.evaluate(() => window.scenes.scrollContacts(20));
  await cdp.send('Tracing.end'); await done;
  console.log('frames', r.frames.map((x: number) => Math.round(x)).join(' '));
  console.log('still max', Math.max(...r.still), 'rows', r.rows);
  writeFileSync('/tmp/size2-trace.json', JSON.stringify({ traceEvents: events }));
  const thread = new Map<string, string>();
  for (const e of events) if (e.name === 'thread_name') thread.set(`${e.pid}:${e.tid}`, e.args.name);
  const by = new Map<string, { n: number; sum: number; max: number; cpu: number }>();
  for (const e of events) {
    if (e.ph !== 'X' || !e.dur) continue;
    const k = `${thread.get(`${e.pid}:${e.tid}`)} ${e.name}`;
    const b = by.get(k) ?? { n: 0, sum: 0, max: 0, cpu: 0 };
    b.n++; b.sum += e.dur; if (e.dur > b.max) { b.max = e.dur; b.cpu = e.tdur ?? 0; } by.set(k, b);
  }
  for (const [k, b] of [...by].sort((a, c) => c[1].sum - a[1].sum).slice(0, 70))
    console.log(k.padEnd(75), String(b.n).padStart(6), (b.sum / 1000).toFixed(0).padStart(7), 'max', (b.max / 1000).toFixed(1), 'cpu-of-max', (b.cpu / 1000).toFixed(1));
});
process.exit(0);

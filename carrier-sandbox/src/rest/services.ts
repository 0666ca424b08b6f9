/** Messaging Services: a pool of senders under one sid. https://www.twilio.com/docs/messaging/api/service-resource */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { CarrierError } from '../errors.ts';
import type { Service } from '../records.ts';
import { flag, given, isCallableUrl, methodOf, sidParam, textOrNull } from './context.ts';
import type { RestContext, RestEnv } from './context.ts';
import { notFound } from './messages.ts';
import { readPage, slicePage, v1Page } from './paging.ts';
import { renderPoolNumber, renderService } from './render.ts';

export function serviceRoutes(app: Hono<RestEnv>, carrier: Carrier): void {
  const { store, clock, ids } = carrier;
  const base = (c: RestContext): string => new URL(c.req.url).origin;

  function own(c: RestContext, name = 'sid'): Service {
    const service = store.services.get(sidParam(c, name));
    if (service?.accountSid !== c.get('account').sid) throw notFound(c);
    return service;
  }

  function member(c: RestContext, service: Service) {
    const sender = service.senders.find(({ sid }) => sid === sidParam(c));
    const number = sender && store.numbers.get(sender.sid);
    if (!sender || !number) throw notFound(c);
    return { sender, number };
  }

  app.post('/v1/Services', (c) => {
    const form = c.get('form');
    if (given(form, 'FriendlyName') === undefined) throw new CarrierError(20001, 'FriendlyName is required');
    const service = newService(ids.sid('MG'), c.get('account').sid, clock.now());
    applyForm(service, form);
    store.put('service', service);
    return c.json(renderService(service, base(c)), 201);
  });

  app.get('/v1/Services', (c) => {
    const request = readPage(new URL(c.req.url).searchParams);
    const things = [...store.services.values()]
      .filter((one) => one.accountSid === c.get('account').sid)
      .reverse();
    const page = slicePage(things, request);
    return c.json(
      v1Page(c, 'services', base(c), request, page, (one: Service) => renderService(one, base(c))),
    );
  });

  app.get('/v1/Services/:sid', (c) => c.json(renderService(own(c), base(c))));

  app.post('/v1/Services/:sid', (c) => {
    const service = own(c);
    applyForm(service, c.get('form'));
    service.updatedAt = clock.now();
    store.put('service', service);
    return c.json(renderService(service, base(c)));
  });

  app.delete('/v1/Services/:sid', (c) => {
    store.drop('service', own(c).sid);
    return c.body(null, 204);
  });

  app.post('/v1/Services/:service/PhoneNumbers', (c) => {
    const service = own(c, 'service');
    const number = store.numbers.get(given(c.get('form'), 'PhoneNumberSid') ?? '');
    if (number?.accountSid !== service.accountSid) {
      throw new CarrierError(20404, 'The phone number was not found in this account');
    }
    const present = service.senders.find(({ sid }) => sid === number.sid);
    if (present) return c.json(renderPoolNumber(service, number, present.addedAt, base(c)), 200);
    if (store.serviceOf(number.sid)) throw new CarrierError(21712);
    const sender = { sid: number.sid, addedAt: clock.now() };
    service.senders.push(sender);
    store.put('service', service);
    return c.json(renderPoolNumber(service, number, sender.addedAt, base(c)), 201);
  });

  app.get('/v1/Services/:service/PhoneNumbers', (c) => {
    const service = own(c, 'service');
    const request = readPage(new URL(c.req.url).searchParams);
    const page = slicePage(service.senders, request);
    const render = (sender: Service['senders'][number]): unknown => {
      const number = store.numbers.get(sender.sid);
      return number && renderPoolNumber(service, number, sender.addedAt, base(c));
    };
    return c.json(v1Page(c, 'phone_numbers', base(c), request, page, render));
  });

  app.get('/v1/Services/:service/PhoneNumbers/:sid', (c) => {
    const service = own(c, 'service');
    const { sender, number } = member(c, service);
    return c.json(renderPoolNumber(service, number, sender.addedAt, base(c)));
  });

  app.delete('/v1/Services/:service/PhoneNumbers/:sid', (c) => {
    const service = own(c, 'service');
    const { sender } = member(c, service);
    service.senders = service.senders.filter((other) => other !== sender);
    store.put('service', service);
    return c.body(null, 204);
  });
}

function newService(sid: string, accountSid: string, now: number): Service {
  return {
    sid,
    accountSid,
    friendlyName: '',
    inboundRequestUrl: null,
    inboundMethod: 'POST',
    fallbackUrl: null,
    fallbackMethod: 'POST',
    statusCallback: null,
    stickySender: true,
    mmsConverter: true,
    smartEncoding: true,
    scanMessageContent: 'inherit',
    fallbackToLongCode: true,
    areaCodeGeomatch: true,
    validityPeriod: 36_000,
    synchronousValidation: false,
    usecase: 'undeclared',
    useInboundWebhookOnNumber: false,
    createdAt: now,
    updatedAt: now,
    optOutHandling: 'default',
    senders: [],
  };
}

function applyForm(service: Service, form: URLSearchParams): void {
  for (const name of ['InboundRequestUrl', 'FallbackUrl', 'StatusCallback']) {
    const url = given(form, name);
    if (url !== undefined && !isCallableUrl(url))
      throw new CarrierError(20001, `${name} is not a valid URL: ${url}`);
  }
  const validity = Number(given(form, 'ValidityPeriod') ?? service.validityPeriod);
  if (!Number.isInteger(validity) || validity < 1 || validity > 36_000) {
    throw new CarrierError(20001, 'ValidityPeriod must be between 1 and 36000');
  }
  service.validityPeriod = validity;
  service.friendlyName = given(form, 'FriendlyName') ?? service.friendlyName;
  service.inboundRequestUrl = textOrNull(form, 'InboundRequestUrl', service.inboundRequestUrl);
  service.inboundMethod = methodOf(form, 'InboundMethod', service.inboundMethod);
  service.fallbackUrl = textOrNull(form, 'FallbackUrl', service.fallbackUrl);
  service.fallbackMethod = methodOf(form, 'FallbackMethod', service.fallbackMethod);
  service.statusCallback = textOrNull(form, 'StatusCallback', service.statusCallback);
  service.stickySender = flag(form, 'StickySender', service.stickySender);
  service.mmsConverter = flag(form, 'MmsConverter', service.mmsConverter);
  service.smartEncoding = flag(form, 'SmartEncoding', service.smartEncoding);
  service.fallbackToLongCode = flag(form, 'FallbackToLongCode', service.fallbackToLongCode);
  service.areaCodeGeomatch = flag(form, 'AreaCodeGeomatch', service.areaCodeGeomatch);
  service.synchronousValidation = flag(form, 'SynchronousValidation', service.synchronousValidation);
  service.usecase = given(form, 'Usecase') ?? service.usecase;
  service.useInboundWebhookOnNumber = flag(
    form,
    'UseInboundWebhookOnNumber',
    service.useInboundWebhookOnNumber,
  );
  const scan = given(form, 'ScanMessageContent');
  if (scan !== undefined && ['inherit', 'enable', 'disable'].includes(scan))
    service.scanMessageContent = scan;
}

export { createFakeClient, type FakeClient, type FakeOptions } from './fake-client.ts';
export { CONTACT_FIELDS, fakeMe, HARBOR_BRAND, PLAIN_BRAND, QUICK_REPLIES } from './fixtures.ts';
export { ANA, DANA, fakeId, PEOPLE, PICTURE } from './people.ts';

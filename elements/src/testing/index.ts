export { createFakeClient, type FakeClient, type FakeOptions } from './fake-client.ts';
export {
  ANA,
  DANA,
  fakeId,
  fakeMe,
  HARBOR_BRAND,
  PEOPLE,
  PICTURE,
  PLAIN_BRAND,
  QUICK_REPLIES,
} from './fixtures.ts';

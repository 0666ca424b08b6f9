export { createClient, type ClientOptions } from './http.ts';
export { ApiError, type ClientErrorCode } from './errors.ts';
export type { GetToken } from './token.ts';
export type * from './types.ts';

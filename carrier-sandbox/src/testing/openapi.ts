/** As much of OpenAPI as Twilio's documents use, read strictly: what they list must be there, and nothing else. */
interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export type Validator = (method: string, path: string, status: number, body: unknown) => string[];

const FORMATS: Record<string, RegExp> = {
  'date-time-rfc-2822':
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
  'phone-number': /^\+?[\d() -]{7,20}$/,
  uri: /^(https?:\/)?\/\S+$/,
  currency: /^[A-Z]{3}$/,
  'iso-country-code': /^[A-Z]{2}$/,
};

export function createValidator(documents: OpenApi[]): Validator {
  return (method, path, status, body) => {
    for (const document of documents) {
      const operation = find(document, path)?.[method.toLowerCase()];
      if (!operation) continue;
      const response = operation.responses[String(status)];
      if (!response) return [`status ${status} is not described`];
      const schema = Object.values(response.content ?? {})[0]?.schema;
      return schema ? check(document, schema, body, '') : body === null ? [] : ['a body is not described'];
    }
    return [`${method} ${path} is not described`];
  };
}

function find(document: OpenApi, path: string): Record<string, Operation> | undefined {
  if (document.paths[path]) return document.paths[path];
  const fits = Object.keys(document.paths).filter((template) => {
    const pattern = template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/.]+');
    return new RegExp(`^${pattern}$`).test(path);
  });
  // A path spelt out (…/Messages.json) is meant before one with a variable in its place.
  const best = fits.sort((a, b) => a.split('{').length - b.split('{').length)[0];
  return best === undefined ? undefined : document.paths[best];
}

function check(document: OpenApi, given: Schema, value: unknown, at: string): string[] {
  const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)!]! : given;
  if (value === undefined) return [`${at}: is missing`];
  if (value === null) return schema.nullable || given.nullable ? [] : [`${at}: is null`];
  if (schema.enum)
    return schema.enum.includes(value) ? [] : [`${at}: ${JSON.stringify(value)} is not of the list`];
  switch (schema.type ?? 'object') {
    case 'object':
      return checkObject(document, schema, value, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at}: is not a list`];
      return value.flatMap((item, index) => check(document, schema.items!, item, `${at}[${index}]`));
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at}: is not a whole number`];
    case 'string':
      return checkString(schema, value, at);
    default:
      return typeof value === schema.type ? [] : [`${at}: is not a ${schema.type}`];
  }
}

function checkObject(document: OpenApi, schema: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${at}: is not an object`];
  if (schema.format === 'uri-map') {
    return Object.entries(value as object).flatMap(([key, uri]) =>
      checkString({ format: 'uri' }, uri, `${at}.${key}`),
    );
  }
  const properties = schema.properties ?? {};
  const known = Object.entries(properties).flatMap(([key, inner]) =>
    check(document, inner, (value as Record<string, unknown>)[key], `${at}.${key}`),
  );
  const extra = Object.keys(value as object).filter((key) => !(key in properties));
  return [...known, ...extra.map((key) => `${at}.${key}: is not described`)];
}

function checkString(schema: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'string') return [`${at}: is not a string`];
  if (schema.pattern && !new RegExp(schema.pattern).test(value))
    return [`${at}: ${value} is not ${schema.pattern}`];
  const format = schema.format ? FORMATS[schema.format] : undefined;
  return format && !format.test(value) ? [`${at}: ${value} is no ${schema.format}`] : [];
}

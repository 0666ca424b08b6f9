/**
 * The OpenAPI 3.1 document, made from the routes' own declarations. zod writes the schemas (`z.toJSONSchema`), because
 * OpenAPI 3.1 is JSON Schema 2020-12 and zod's own writer keeps what a second one loses (null beside a reference).
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { bearer } from './openapi.ts';

type Json = Record<string, unknown>;
type Schemas = Record<string, Json>;

interface Declared {
  method: string;
  path: string;
  responses: Record<string, { description: string; content?: Record<string, { schema: z.ZodType }> }>;
  request?: {
    params?: z.ZodObject;
    query?: z.ZodObject;
    headers?: z.ZodObject;
    body?: { content: Record<string, { schema: z.ZodType }>; required?: boolean };
  };
}

/** Every declared route of the app, for the document and for tests that must not forget one. */
export function declaredRoutes(app: Pick<OpenAPIHono<never>, 'openAPIRegistry'>): Declared[] {
  return app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route as unknown as Declared] : [],
  );
}

export function openApiDocument(app: Pick<OpenAPIHono<never>, 'openAPIRegistry'>): Json {
  const schemas: Schemas = {};
  const paths: Record<string, Json> = {};
  for (const { method, path, request, responses, ...rest } of declaredRoutes(app)) {
    const name = path.replace(/:(\w+)/g, '{$1}');
    (paths[name] ??= {})[method] = {
      ...rest,
      parameters: [
        ...parameters('path', request?.params, schemas),
        ...parameters('query', request?.query, schemas),
        ...parameters('header', request?.headers, schemas),
      ],
      ...(request?.body
        ? { requestBody: { required: true, content: contents(request.body.content, 'input', schemas) } }
        : {}),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, { description, content }]) => [
          status,
          { description, ...(content ? { content: contents(content, 'output', schemas) } : {}) },
        ]),
      ),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Patchbay',
      version: '1',
      description:
        'Conversations, messages, contacts and consent of one tenant. The bearer token says which tenant and which member; the host product mints it. Times are RFC 3339 with milliseconds, ids are uuids, errors are application/problem+json with a stable `code`.',
    },
    servers: [{ url: '..', description: 'Relative to this document, whatever path the kit is mounted at' }],
    security: bearer,
    paths: sorted(paths),
    components: {
      schemas: sorted(schemas),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function parameters(place: string, schema: z.ZodObject | undefined, schemas: Schemas): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = write(schema, 'input', schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }));
}

function contents(
  content: Record<string, { schema: z.ZodType | Json }>,
  io: 'input' | 'output',
  schemas: Schemas,
): Json {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema }]) => [
      type,
      // what a route reads by itself, such as a form that is taken in as it comes, is written down as it stands
      { schema: schema instanceof z.ZodType ? write(schema, io, schemas) : schema },
    ]),
  );
}

/** One schema as JSON Schema; what has a name of its own moves to the components. */
function write(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  const { $defs, $schema, id, ...own } = JSON.parse(
    JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any', override: open })).replaceAll(
      '"#/$defs/',
      '"#/components/schemas/',
    ),
  ) as Json & { $defs?: Schemas };
  for (const [name, { id: _, ...held }] of Object.entries($defs ?? {})) schemas[name] = held;
  const name = schema.meta()?.id;
  // newer versions of zod move a named root to the $defs by themselves
  if (name === undefined || own['$ref'] !== undefined) return own;
  schemas[name] = own;
  return { $ref: `#/components/schemas/${name}` };
}

/** Answers may gain fields without a new version; a generated client must not refuse them. */
function open({ jsonSchema }: { jsonSchema: { additionalProperties?: unknown } }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What requests may hold, as valibot's schemas: they check a request, give its type, and are what the OpenAPI description
 * says. Knows no route.
 */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify';
import * as v from 'valibot';
import { ApiError } from './errors.ts';

type Schema = v.GenericSchema<unknown, unknown>;

declare const output: unique symbol;

/** A JSON schema, with the type of what it describes. */
export interface Described<Output> {
  readonly [output]?: Output;
}

/** The types of requests by their schemas. */
export interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends Described<infer Output> ? Output : unknown;
}

/** The schemas of which JSON schemas were made. */
const sources = new WeakMap<object, Schema>();

/** A schema as JSON schema, for a route. */
export function requestSchema<S extends Schema>(schema: S): Described<v.InferOutput<S>> {
  const { $schema: _, ...json } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' });
  sources.set(json, schema);
  return json as Described<v.InferOutput<S>>;
}

/** Checks what a route gets. What stands in an address is text: numbers and booleans are read from it. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  const source = sources.get(schema);
  if (!source) return (value) => ({ value }); // bytes, which are only described
  return (value) => {
    const given = httpPart === 'querystring' ? fromTexts(schema, value as Record<string, unknown>) : value;
    const result = v.safeParse(source, given);
    return result.success ? { value: result.output } : { error: refusal(result.issues[0]) };
  };
};

/** Checks fields that came as texts: of a form. @throws ApiError that names the first that is wrong */
export function parseTexts<Output>(described: Described<Output>, texts: Record<string, unknown>): Output {
  const result = v.safeParse(sources.get(described)!, fromTexts(described, texts));
  if (result.success) return result.output as Output;
  throw refusal(result.issues[0]);
}

function fromTexts(schema: object, texts: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, readFrom(text, properties[name]?.type)] as const),
  );
}

function readFrom(text: unknown, type: string | undefined): unknown {
  if (typeof text !== 'string') return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const isNumber = (type === 'number' || type === 'integer') && text.trim() !== '';
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

function refusal(issue: v.BaseIssue<unknown>): ApiError {
  const path = v.getDotPath(issue) ?? undefined;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return new ApiError(400, 'unknown_field', `there is no field ${path}`);
  }
  if (issue.received === 'undefined') return new ApiError(400, 'missing_field', `${path ?? 'the body'} is missing`);
  return new ApiError(400, 'invalid_field', `${path ?? 'the request'}: ${issue.message}`);
}

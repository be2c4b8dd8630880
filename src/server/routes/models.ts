/** `GET /v1/models`, as the OpenAI API has it, with what each model is. */
import * as v from 'valibot';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import type { ServedModel } from '../models.ts';
import { requestSchema } from '../schema.ts';

const PARAMS = requestSchema(v.object({ model: v.string() }));

export function addModelRoutes(app: App, context: ServerContext): void {
  const { models, captioners, languageModels, labellers } = context;
  const described = ({ id, kind, created }: ServedModel) => ({
    id,
    object: 'model',
    created,
    owned_by: 'caption-lm',
    kind,
    ...captioners.get(id),
    ...languageModels.get(id),
    ...labellers.get(id),
  });

  app.get('/v1/models', { schema: { summary: 'The models that there are' } }, async () => ({
    object: 'list',
    data: models.all.map(described),
  }));

  app.get('/v1/models/:model', { schema: { summary: 'A model', params: PARAMS } }, async ({ params }) =>
    described(models.get(params.model)),
  );
}

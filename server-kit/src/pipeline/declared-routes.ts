/** The routes of pipelines and cards as the document describes them. */
import { createRoute } from '@hono/zod-openapi';
import {
  board,
  boardQuery,
  contactOpportunities,
  createOpportunity,
  createPipeline,
  moveOpportunity,
  opportunity,
  opportunityPage,
  pipeline,
  pipelineList,
  stageCardsQuery,
  updateOpportunity,
  updatePipeline,
} from '../contract/index.ts';
import { bearer, idempotencyKey, idParam, ifMatch, json, jsonBody, ONCE, problems } from '../http/openapi.ts';

const FILTERS = ['invalid_filter', 'filter_too_costly', 'invalid_request'] as const;

export const getPipelines = createRoute({
  method: 'get',
  path: '/pipelines',
  operationId: 'listPipelines',
  tags: ['pipelines'],
  summary: 'Pipelines with their stages; asked for the first time, there is one to begin with',
  security: bearer,
  responses: { 200: json(pipelineList, 'All of them'), ...problems() },
});

export const postPipeline = createRoute({
  method: 'post',
  path: '/pipelines',
  operationId: 'createPipeline',
  tags: ['pipelines'],
  summary: 'Make a pipeline (managers)',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createPipeline) },
  responses: {
    201: json(pipeline, 'Made'),
    ...problems('forbidden', 'pipeline_exists', 'invalid_request', ...ONCE, 'payload_too_large'),
  },
});

export const getPipeline = createRoute({
  method: 'get',
  path: '/pipelines/{id}',
  operationId: 'getPipeline',
  tags: ['pipelines'],
  summary: 'One pipeline, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(pipeline, 'The pipeline'), ...problems('not_found') },
});

export const patchPipeline = createRoute({
  method: 'patch',
  path: '/pipelines/{id}',
  operationId: 'updatePipeline',
  tags: ['pipelines'],
  summary: 'Change the name, or all stages at once (managers)',
  description: 'A stage that is left out is deleted; `move_cards` says where its cards go.',
  security: bearer,
  request: { params: idParam, headers: ifMatch, body: jsonBody(updatePipeline) },
  responses: {
    200: json(pipeline, 'As it is now'),
    ...problems(
      'forbidden',
      'not_found',
      'edited_elsewhere',
      'stage_in_use',
      'pipeline_exists',
      'invalid_request',
      'payload_too_large',
    ),
  },
});

export const removePipeline = createRoute({
  method: 'delete',
  path: '/pipelines/{id}',
  operationId: 'deletePipeline',
  tags: ['pipelines'],
  summary: 'Delete a pipeline without cards (managers)',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('forbidden', 'not_found', 'stage_in_use') },
});

export const getBoard = createRoute({
  method: 'get',
  path: '/pipelines/{id}/board',
  operationId: 'getBoard',
  tags: ['pipelines'],
  summary: 'Every stage with its count, its sums and its first cards',
  security: bearer,
  request: { params: idParam, query: boardQuery },
  responses: { 200: json(board, 'The board'), ...problems('not_found', ...FILTERS) },
});

export const getStageCards = createRoute({
  method: 'get',
  path: '/stages/{id}/cards',
  operationId: 'listStageCards',
  tags: ['pipelines'],
  summary: 'The cards of a stage, in their order',
  security: bearer,
  request: { params: idParam, query: stageCardsQuery },
  responses: { 200: json(opportunityPage, 'A page'), ...problems('not_found', 'invalid_cursor', ...FILTERS) },
});

export const getContactCards = createRoute({
  method: 'get',
  path: '/contacts/{id}/opportunities',
  operationId: 'listContactOpportunities',
  tags: ['pipelines'],
  summary: 'The cards of a contact, the one that moved last first',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(contactOpportunities, 'All of them'), ...problems('not_found', 'contact_merged') },
});

export const postCard = createRoute({
  method: 'post',
  path: '/opportunities',
  operationId: 'createOpportunity',
  tags: ['pipelines'],
  summary: 'Put a card on a stage, in the first place',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createOpportunity) },
  responses: {
    201: json(opportunity, 'Made'),
    ...problems('not_found', 'contact_merged', 'invalid_request', ...ONCE, 'payload_too_large'),
  },
});

export const getCard = createRoute({
  method: 'get',
  path: '/opportunities/{id}',
  operationId: 'getOpportunity',
  tags: ['pipelines'],
  summary: 'One card, with its version as ETag',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(opportunity, 'The card'), ...problems('not_found') },
});

export const patchCard = createRoute({
  method: 'patch',
  path: '/opportunities/{id}',
  operationId: 'updateOpportunity',
  tags: ['pipelines'],
  summary: 'Change a card',
  security: bearer,
  request: { params: idParam, headers: ifMatch, body: jsonBody(updateOpportunity) },
  responses: {
    200: json(opportunity, 'As it is now'),
    ...problems('not_found', 'edited_elsewhere', 'invalid_request', 'payload_too_large'),
  },
});

export const postMove = createRoute({
  method: 'post',
  path: '/opportunities/{id}/move',
  operationId: 'moveOpportunity',
  tags: ['pipelines'],
  summary: 'Move a card to a stage, or within it',
  description:
    'The server decides the place between the neighbours that are named; those that are gone are passed over.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(moveOpportunity) },
  responses: {
    200: json(opportunity, 'Where it is now'),
    ...problems(
      'not_found',
      'contact_merged',
      'edited_elsewhere',
      'invalid_request',
      ...ONCE,
      'payload_too_large',
    ),
  },
});

export const removeCard = createRoute({
  method: 'delete',
  path: '/opportunities/{id}',
  operationId: 'deleteOpportunity',
  tags: ['pipelines'],
  summary: 'Delete a card; its person stays',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('not_found') },
});

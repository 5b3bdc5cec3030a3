// Assay with urql and graphql-ws: what is wrong with a table, a run on it followed live, and its score.
//   npm install
//   node client.mjs http://127.0.0.1:8000/graphql bank bank.sample_bank.core.customer
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { toAsyncIterable } from 'wonka';
import WebSocket from 'ws';

const [url, connection, table] = process.argv.slice(2);
const { ASSAY_TOKEN: token, ASSAY_PROJECT: project } = process.env;
// Development mode needs neither.
const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(project && { 'X-Project-ID': project }) };

// In a browser `webSocketImpl` is not needed.
const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: headers });
const forwardSubscription = (request) => ({
  subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
});
const client = new Client({
  url,
  fetchOptions: { headers },
  preferGetMethod: false,
  exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
});

const operation = (name) => readFile(new URL(`../../operations/${name}.graphql`, import.meta.url), 'utf8');

/** The only field of an answer; a problem, expected or not, is thrown. */
function field({ data, error }) {
  if (error) throw error;
  const [answer] = Object.values(data);
  if (answer.code) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

const scope = { scope: table, metric: 'complete_values' };
const wanted = { input: { connection, targets: [{ table }] } };

const found = field(await client.query(await operation('queries/violations'), { scope: table }));
for (const { node } of found.edges) console.log('violation', node.severity, node.assetFqn);

const { run } = field(await client.mutation(await operation('mutations/startProfiling'), wanted));
const events = client.subscription(await operation('subscriptions/workflowRunEvents'), { runId: run.id });
for await (const result of toAsyncIterable(events)) {
  if (!result.hasNext) break; // the stream is complete, and urql gives its last event once more
  const event = field(result);
  if (event.__typename === 'WorkflowRunStateChanged') console.log('run', event.status);
  if (event.__typename === 'WorkflowRunProgressed') console.log('table', event.item, event.itemStatus);
}

const card = field(await client.query(await operation('queries/scorecard'), scope));
console.log('scorecard', card.state, card.score);
await socket.dispose();

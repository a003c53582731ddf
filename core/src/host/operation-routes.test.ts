import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics, silentLog } from '../base/index.js';
import { loopbackProxies } from './http-server-call.js';
import { type HttpServer, serveHttp } from './http-server.js';
import { measuredFromHere, operationRoutes, serveOperation } from './operation-routes.js';
import { addProcessFigures } from './process-figures.js';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of closing.splice(0)) await it.close();
});

function keep<T extends { close(): unknown }>(it: T): T {
  closing.push(it);
  return it;
}

async function ask(server: HttpServer, path: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });
  return { status: reply.status, type: reply.headers.get('content-type'), text: await reply.text() };
}

describe('operationRoutes', () => {
  it('tell everybody whether there is work to be had, and this machine alone what is measured', async () => {
    const state: { why?: string } = { why: 'draining' };
    const operation = { metrics: createMetrics(), unready: () => state.why };
    operation.metrics.counter('jobs_total', 'Jobs', [{}]);
    const routes = operationRoutes(operation, measuredFromHere);
    const server = keep(await serveHttp({ routes, host: '127.0.0.1', port: 0, trustedProxies: loopbackProxies, log: silentLog }));
    expect(await ask(server, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await ask(server, '/readyz')).toMatchObject({ status: 503, text: 'draining\n' });
    delete state.why;
    expect(await ask(server, '/readyz')).toMatchObject({ status: 200, text: 'ready\n' });
    expect(await ask(server, '/metrics')).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: '# HELP jobs_total Jobs\n# TYPE jobs_total counter\njobs_total 0\n' });
    // Through a proxy from elsewhere.
    expect((await ask(server, '/metrics', { 'x-real-ip': '192.0.2.7' })).status).toBe(404);
    expect((await ask(server, '/readyz', { 'x-real-ip': '192.0.2.7' })).status).toBe(200);
  });

  it('have a listener of their own when one is wanted', async () => {
    const operation = { metrics: createMetrics(), unready: () => undefined };
    const figures = keep(addProcessFigures(operation.metrics, { version: '1.2.3', startedMs: 5000 }));
    expect(await serveOperation(operation, undefined, { log: silentLog })).toBeUndefined();
    const server = await serveOperation(operation, { host: '127.0.0.1', port: 0, family: 4 }, { log: silentLog });
    if (server === undefined) throw new Error('no listener');
    keep(server);
    // The measure begins with its first tick.
    const nap = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));
    await nap();
    const until = performance.now() + 100;
    while (performance.now() < until);
    await nap();
    const { text } = await ask(server, '/metrics');
    expect(text).toContain('process_start_time_seconds 5\n');
    expect(text).toMatch(/sccache_ts_build_info\{node="v[0-9.]+",version="1.2.3"\} 1\n/);
    expect(Number(/^process_resident_memory_bytes (.*)$/m.exec(text)?.[1])).toBeGreaterThan(1e7);
    expect(Number(/^process_open_fds (.*)$/m.exec(text)?.[1])).toBeGreaterThan(3);
    expect(Number(/^nodejs_eventloop_lag_seconds\{quantile="1"\} (.*)$/m.exec(text)?.[1])).toBeGreaterThan(0.03);
    expect((await ask(server, '/other')).status).toBe(404);
    figures.close();
  });
});

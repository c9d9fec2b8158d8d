import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/index.js';
import { startLab } from '../../lib/notebook/index.js';
import { describeWithJupyter } from './support.js';

describeWithJupyter('JupyterLab', () => {
  test('starts beside a taken port, offers only the project kernel in notebooks/, and ends when told', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    const end = new AbortController();
    const lines: string[] = [];
    let seen: { specs: string[]; first: string; files: string[]; news: unknown } | undefined;
    let failure: unknown;
    const look = async (url: string): Promise<void> => {
      const { origin, searchParams } = new URL(url);
      const get = async (path: string) => (await fetch(`${origin}${path}?token=${searchParams.get('token')}`)).json();
      const specs = (await get('/api/kernelspecs')) as { default: string; kernelspecs: object };
      const contents = (await get('/api/contents')) as { content: { name: string }[] };
      const notifying = (await get('/lab/api/settings/@jupyterlab/apputils-extension:notification')) as {
        schema: { properties: { fetchNews: { default: unknown } } };
      };
      seen = {
        specs: Object.keys(specs.kernelspecs),
        first: specs.default,
        files: contents.content.map(({ name }) => name),
        news: notifying.schema.properties.fetchNews.default,
      };
    };
    const code = await startLab({
      port,
      signal: end.signal,
      print: (line) => lines.push(line),
      onReady: (url) => {
        look(url)
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(() => end.abort());
      },
    });
    taken.close();
    expect(failure).toBe(undefined);
    expect(code).toBe(0);
    expect(seen?.specs).toEqual(['hindcast']);
    expect(seen?.first).toBe('hindcast');
    expect(seen?.files).toContain('01-time-travel.ipynb');
    expect(seen?.news).toBe('false');
    expect(lines[0]).toMatch(/^JupyterLab is ready: http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}$/);
    expect(lines[0]).not.toContain(`:${port}/`);
  });

  test('a port that is none is refused before anything starts', async () => {
    await expect(startLab({ port: 99_999_999 })).rejects.toThrow(InputError);
  });
});

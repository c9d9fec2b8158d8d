// Rooms of lib, from the lowest up: a room may import only rooms that stand before it, and only through their door (index.ts).
const rooms = ['core', 'config', 'stats', 'jobs', 'market', 'feeds', 'features', 'llm', 'memory', 'rl', 'agents', 'strategies', 'replay', 'sweep', 'distill', 'desk', 'report', 'notebook', 'cli'];

module.exports = {
  forbidden: [
    { name: 'no-ring', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'by-the-door',
      comment: 'A file outside a room enters by its index.ts.',
      severity: 'error',
      from: { path: '^lib/([^/]+)/' },
      to: { path: '^lib/([^/]+)/', pathNot: ['^lib/$1/', '^lib/[^/]+/index\\.ts$'] },
    },
    ...rooms.map((room, i) => ({
      name: `${room}-looks-down-only`,
      severity: 'error',
      from: { path: `^lib/${room}/` },
      to: { path: `^lib/(${rooms.slice(i + 1).join('|') || 'nothing'})/` },
    })),
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '^lib/[^/]+/assembly/' }, tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true },
};

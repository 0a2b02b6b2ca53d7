// The walls of the portal, as test/arch holds those of the Go rooms:
// no import circles; planes do not import each other; ui and client know no plane; a file has at most 300 lines.
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, 'src')
const most = 300
const files = readdirSync(root, { recursive: true }).filter(f => /\.(ts|tsx)$/.test(f)).map(f => join(root, f))
const problems = []
const name = f => relative(root, f)
const room = f => name(f).split('/')[0]

/** What a file imports of ours; imports of types alone are no walls' matter, but count for rooms. */
function imports(file) {
  const text = readFileSync(file, 'utf8')
  const out = []
  for (const m of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/gm)) {
    const target = resolve(dirname(file), (m[2] ?? m[3]).replace(/\?.*$/, ''))
    const found = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'].map(e => target + e).find(p => /\.tsx?$/.test(p) && existsSync(p))
    if (found) out.push({ to: found, type: !!m[1], lazy: !!m[3] })
  }
  return out
}

const graph = new Map(files.map(f => [f, imports(f)]))

for (const [file, to] of graph) {
  const lines = readFileSync(file, 'utf8').split('\n').length
  if (lines > most && !name(file).startsWith('client/generated')) problems.push(`${name(file)} has ${lines} lines; ${most} is the most: split it`)
  for (const { to: target } of to) {
    const from = room(file), into = room(target)
    if (from === into || from === 'app' || name(file) === 'main.tsx') continue
    if (from === 'client') problems.push(`${name(file)} imports ${name(target)}: client knows no other room`)
    else if (from === 'ui' && into !== 'client') problems.push(`${name(file)} imports ${name(target)}: ui knows no plane`)
    else if (into !== 'ui' && into !== 'client') problems.push(`${name(file)} imports ${name(target)}: planes do not import each other`)
  }
}

// Circles: a file that is reached from itself by imports that run when the module loads.
const state = new Map()
function walk(file, path) {
  if (state.get(file) === 'done') return
  if (state.get(file) === 'open') {
    problems.push(`a circle: ${[...path.slice(path.indexOf(file)), file].map(name).join(' → ')}`)
    return
  }
  state.set(file, 'open')
  for (const { to, type, lazy } of graph.get(file) ?? []) if (!type && !lazy) walk(to, [...path, file])
  state.set(file, 'done')
}
for (const file of files) walk(file, [])

for (const p of [...new Set(problems)]) console.error(p)
if (problems.length) process.exit(1)

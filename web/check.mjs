// The walls of the portal, as test/arch holds those of the Go rooms:
// no import circles; planes do not import each other; ui and client know no plane; a file has at most 300 lines; what people
// read stands in files of strings; what is loaded apart is made by later, which shows it as soon as it is there.
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

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

// React's lazy holds back what it loaded (ui/later.tsx says how long).
const lazily = { 'scanning/SourceOverview.tsx': 'few sources have these parts, and all else waits for them, so that none pushes it down' }
for (const file of files) {
  const takes = /import \{[^}]*\blazy\b[^}]*\} from 'react'/.test(readFileSync(file, 'utf8'))
  if (takes && !lazily[name(file)]) problems.push(`${name(file)} takes lazy of React: use later of ui/later.tsx`)
  if (!takes && lazily[name(file)]) problems.push(`check.mjs spares lazy in ${name(file)}, which does not take it`)
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

// Words: text between tags, and literals that a person reads or hears, are no matter of a page.
const read = new Set(['title', 'aria-label', 'aria-description', 'placeholder', 'label', 'alt', 'hint', 'about', 'name', 'caption', 'done', 'finish', 'summary', 'validationMessage'])
const spared = {
  'style/StylePage.tsx': 'shows parts to whoever builds pages, with things that are no account’s',
  'ui/CornerPanels.tsx: purlieu --help': 'a command',
  'ui/CornerPanels.tsx: /style': 'an address',
  'ui/CornerPanels.tsx: look': 'joins radio buttons; nobody reads it',
}
const spareds = new Set()
function spoken(file) {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const say = (node, text) => {
    const said = text.trim(), whole = name(file), one = `${whole}: ${said}`
    if (!/\p{L}{2,}/u.test(said.replace(/&\w+;/g, ''))) return
    for (const key of [whole, one]) if (spared[key]) { spareds.add(key); return }
    problems.push(`${whole}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} says “${said}”: words stand in strings.ts`)
  }
  const literals = node => { // that the value of an expression may be
    if (ts.isStringLiteralLike(node)) say(node, node.text)
    else if (ts.isTemplateExpression(node)) for (const part of [node.head, ...node.templateSpans.map(s => s.literal)]) say(part, part.text)
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(literals)
    else if (ts.isBinaryExpression(node) && /^(&&|\|\||\?\?|\+)$/.test(node.operatorToken.getText())) (node.operatorToken.getText() === '&&' ? [node.right] : [node.left, node.right]).forEach(literals)
    else if (ts.isParenthesizedExpression(node)) literals(node.expression)
  }
  const look = node => {
    if (ts.isJsxText(node)) say(node, node.text)
    else if (ts.isJsxAttribute(node) && node.initializer && read.has(node.name.getText())) literals(ts.isJsxExpression(node.initializer) ? node.initializer.expression ?? node : node.initializer)
    else if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) literals(node.expression)
    ts.forEachChild(node, look)
  }
  look(tree)
}
for (const file of files) if (file.endsWith('.tsx')) spoken(file)
for (const key of Object.keys(spared)) if (!spareds.has(key)) problems.push(`check.mjs spares “${key}”, which is not there`)

for (const p of [...new Set(problems)]) console.error(p)
if (problems.length) process.exit(1)

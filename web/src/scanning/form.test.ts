import { describe, expect, it } from 'vitest'
import { complete, lines, nameProblem, properties, spoken, textsOf } from './form'
import type { Field } from './types'

const of: Field[] = [
  { name: 'host', type: 'text', title: 'Host', help: '', required: true },
  { name: 'port', type: 'number', title: 'Port', help: '', default: '5432', required: true },
  { name: 'deep', type: 'switch', title: 'Deep', help: '' },
  { name: 'ca', type: 'block', title: 'Authorities', help: '' },
  { name: 'roots', type: 'list', title: 'Roots', help: '' },
]

describe('a form', () => {
  it('is complete when what is needed is there, or has a default', () => {
    expect(complete(of, {})).toBe(false)
    expect(complete(of, { host: ' ' })).toBe(false)
    expect(complete(of, { host: 'db' })).toBe(true)
  })
  it('gives each type as the account takes it, and leaves defaults to the account', () => {
    expect(properties(of, { host: ' db ', port: '5433', deep: 'true', roots: '/a\n\n /b ' })).toEqual({ host: 'db', port: 5433, deep: true, roots: ['/a', '/b'] })
    expect(properties(of, { ca: '-----BEGIN\nabc\n-----END\n' })).toEqual({ ca: '-----BEGIN\nabc\n-----END' })
    expect(properties(of, { host: 'db', port: '' })).toEqual({ host: 'db' })
  })
  it('shows what the account has as it was typed', () => {
    const typed = { host: 'db', port: '5433', deep: 'true', roots: '/a\n/b' }
    expect(textsOf(of, { ...properties(of, typed), ca: null, other: 1 })).toEqual(typed)
  })
  it('puts the members of a list behind each other in a command, and leaves the lines of a text', () =>
    expect(spoken(of, { roots: ' a \nb', ca: 'x\ny' })).toEqual({ roots: 'a,b', ca: 'x\ny' }))

  it('passes on a number that is none, so that the account says what is wrong', () => {
    expect(properties(of, { port: 'x' })).toEqual({ port: 'x' })
  })
})

describe('a name', () => {
  it('is judged as the account does', () => {
    for (const good of ['', 'shop', 'a-b-c', 'a'.repeat(63)]) expect(nameProblem('scan', good, []), good).toBe('')
    for (const bad of ['ab', '-ab', 'a--b', 'a b', 'a.b', 'é-e', 'a'.repeat(64)]) expect(nameProblem('scan', bad, []), bad).not.toBe('')
    expect(nameProblem('source', 'Shop', ['shop'])).toBe('A source of this name exists.')
    expect(nameProblem('scan', 'Shop', ['shop'])).toMatch(/scan of this name/)
    expect(nameProblem('credential', 'Shop', ['shop'])).toMatch(/credential of this name/)
  })
})

it('lines leaves out what says nothing', () => expect(lines(' a \n\n b\n')).toEqual(['a', 'b']))
